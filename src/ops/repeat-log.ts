import type { Clock } from '../ports/clock.ts';
import type { Log, LogFields } from '../ports/log.ts';

const EVERY_MS = 60_000;
/** Bound of the memory: beyond it, lines with the same text are one, whatever their topics and reasons. */
const MAX_LINES = 100;

interface Line {
  readonly write: (fields: LogFields) => void;
  /** What its repeats have in common. */
  readonly shared: LogFields;
  /** What was not logged yet. */
  entries: number;
  times: number;
  toldAt: number;
  cancel: () => void;
}

/**
 * Deduplicating log (decorator): a warning or an error is logged at once, and its repeats with the same topic
 * and reason once a minute, with the number of `entries` in them, or of `times`.
 */
export class RepeatLog implements Log {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #lines = new Map<string, Line>();

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  debug(text: string, fields?: LogFields): void {
    this.#log.debug(text, fields);
  }

  info(text: string, fields?: LogFields): void {
    this.#log.info(text, fields);
  }

  warning(text: string, fields?: LogFields): void {
    this.#add(text, fields, (shown) => this.#log.warning(text, shown));
  }

  error(text: string, fields?: LogFields): void {
    this.#add(text, fields, (shown) => this.#log.error(text, shown));
  }

  /** Logs at once what was counted and not logged yet. */
  flush(): void {
    for (const line of this.#lines.values()) {
      line.cancel();
      this.#tell(line);
    }
    this.#lines.clear();
  }

  #add(text: string, fields: LogFields = {}, write: Line['write']): void {
    const { topic, reason, entries } = fields;
    const own = JSON.stringify([text, topic, reason]);
    const isKnown = this.#lines.has(own) || this.#lines.size < MAX_LINES;
    const key = isKnown ? own : text;
    const line = this.#lines.get(key);
    if (line) {
      line.times++;
      line.entries += typeof entries === 'number' ? entries : 0;
      // Some runtimes end a timer with the request that set it.
      if (this.#clock.now() - line.toldAt > EVERY_MS) this.#tell(line);
      return;
    }
    write(fields);
    const shared = isKnown
      ? { ...(topic !== undefined && { topic }), ...(reason !== undefined && { reason }) }
      : {};
    const made: Line = { write, shared, entries: 0, times: 0, toldAt: this.#clock.now(), cancel: () => {} };
    this.#lines.set(key, made);
    this.#wait(key, made);
  }

  #wait(key: string, line: Line): void {
    line.cancel = this.#clock.after(EVERY_MS, () => {
      if (this.#tell(line)) this.#wait(key, line);
      else this.#lines.delete(key);
    });
  }

  /** Answers whether there was anything to tell. */
  #tell(line: Line): boolean {
    const { write, shared, entries, times } = line;
    line.toldAt = this.#clock.now();
    if (times === 0) return false;
    write({ ...shared, ...(entries > 0 ? { entries } : { times }) });
    line.entries = 0;
    line.times = 0;
    return true;
  }
}
