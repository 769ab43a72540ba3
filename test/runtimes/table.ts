import { RUNTIMES, type Runtime } from '../support/process/runtimes.ts';

/** What became of each scenario on each runtime. */
export class Table {
  readonly #rows = new Map<string, Map<Runtime, string>>();

  note(scenario: string, runtime: Runtime, outcome: 'ok' | 'FAILED' | 'n/a'): void {
    const row = this.#rows.get(scenario) ?? new Map<Runtime, string>();
    this.#rows.set(scenario, row.set(runtime, outcome));
  }

  toString(): string {
    const width = Math.max(0, ...[...this.#rows.keys()].map((scenario) => scenario.length));
    const line = (first: string, cells: readonly string[]) =>
      [first.padEnd(width), ...cells.map((cell) => cell.padEnd(7))].join('  ').trimEnd();
    return [
      line('', RUNTIMES),
      ...[...this.#rows].map(([scenario, row]) =>
        line(
          scenario,
          RUNTIMES.map((runtime) => row.get(runtime) ?? 'not run'),
        ),
      ),
    ].join('\n');
  }
}
