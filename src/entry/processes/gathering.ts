import type { MetricsSnapshot } from '../../ops/merged-metrics.ts';
import type { Clock } from '../../ports/clock.ts';

/** How long a process may take for its metrics, in milliseconds: a scraper waits for 10 s, by default. */
const COLLECT_MS = 1000;

interface Open {
  readonly all: Map<number, MetricsSnapshot>;
  readonly count: number;
  readonly end: () => void;
}

/** Collects the metrics of all processes. */
export class Gathering {
  readonly #clock: Clock;
  readonly #open = new Map<number, Open>();
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks each of `processes` by `ask`, and settles with what has come within a second, in their order. */
  gather(
    processes: readonly number[],
    ask: (process: number, id: number) => void,
  ): Promise<readonly MetricsSnapshot[]> {
    const id = ++this.#lastId;
    const all = new Map<number, MetricsSnapshot>();
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#open.delete(id);
        resolve([...all].toSorted(([one], [other]) => one - other).map(([, metrics]) => metrics));
      };
      const cancel = this.#clock.after(COLLECT_MS, end);
      this.#open.set(id, { all, count: processes.length, end });
      for (const process of processes) ask(process, id);
    });
  }

  /** Takes the answer of a process to the question `id`. */
  answer(process: number, id: number, metrics: MetricsSnapshot): void {
    const open = this.#open.get(id);
    open?.all.set(process, metrics);
    if (open?.all.size === open?.count) open?.end();
  }
}
