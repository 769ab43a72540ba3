/** Decides when a batch is complete, and then calls `run`. */
export type ScheduleFlush = (run: () => void) => void;

/** A batch holds every item of this turn of the event loop. */
export const perTurn: ScheduleFlush = (run) => void setImmediate(run);

/**
 * A batch holds the items that one call adds before it first waits. On an edge a request must carry
 * nothing of another one, which would wait for ever if it ended early.
 */
export const perCall: ScheduleFlush = (run) => queueMicrotask(run);

interface Gathered<Item, Result> {
  readonly items: Item[];
  readonly promises: PromiseWithResolvers<Result>[];
  weight: number;
}

/**
 * Micro-batching: items of many callers share one call of `run`, which answers one result for each item, in
 * order. If it throws, every caller of the batch gets the error.
 */
export class Batcher<Item, Result> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #maxWeight: number;
  readonly #scheduleFlush: ScheduleFlush;
  #gathered: Gathered<Item, Result>[] = [];

  /** A batch holds items up to `maxWeight`, and one item at least. */
  constructor(
    run: (items: readonly Item[]) => Promise<readonly Result[]>,
    maxWeight: number,
    scheduleFlush = perTurn,
  ) {
    this.#run = run;
    this.#maxWeight = maxWeight;
    this.#scheduleFlush = scheduleFlush;
  }

  /** Adds an item to the current batch, and answers its result. */
  do(item: Item, weight = 1): Promise<Result> {
    if (this.#gathered.length === 0) this.#scheduleFlush(() => this.#flush());
    let last = this.#gathered.at(-1);
    if (!last || last.weight + weight > this.#maxWeight) {
      last = { items: [], promises: [], weight: 0 };
      this.#gathered.push(last);
    }
    const waiting = Promise.withResolvers<Result>();
    last.items.push(item);
    last.promises.push(waiting);
    last.weight += weight;
    return waiting.promise;
  }

  #flush(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    for (const group of gathered) void this.#settle(group);
  }

  async #settle({ items, promises }: Gathered<Item, Result>): Promise<void> {
    try {
      const results = await this.#run(items);
      for (const [index, { resolve }] of promises.entries()) resolve(results[index] as Result);
    } catch (error) {
      for (const { reject } of promises) reject(error);
    }
  }
}
