import type { Log, LogFields } from '../../../src/ports/log.ts';

/** Keeps the lines, as in `WARNING Text`. */
export class FakeLog implements Log {
  readonly lines: string[] = [];
  readonly fields: LogFields[] = [];
  readonly debug = this.#keep('DEBUG');
  readonly info = this.#keep('INFO');
  readonly warning = this.#keep('WARNING');
  readonly error = this.#keep('ERROR');

  #keep(level: string) {
    return (text: string, fields: LogFields = {}) => {
      this.lines.push(`${level} ${text}`);
      this.fields.push(fields);
    };
  }
}
