import { type Gathering, perTurn } from './gathering.ts';

interface Gathered<Item, Result> {
  readonly items: Item[];
  readonly promises: PromiseWithResolvers<Result>[];
  weight: number;
}

/**
 * Gathers what is asked for at once, and does it together: one command for many callers. `run` answers one result for each item, in order; what it throws, all of them get.
 */
export class Turn<Item, Result> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #maxWeight: number;
  readonly #gathering: Gathering;
  #gathered: Gathered<Item, Result>[] = [];

  /** Past `maxWeight` the items are done in several runs; one item is never parted. */
  constructor(
    run: (items: readonly Item[]) => Promise<readonly Result[]>,
    maxWeight: number,
    gathering = perTurn,
  ) {
    this.#run = run;
    this.#maxWeight = maxWeight;
    this.#gathering = gathering;
  }

  do(item: Item, weight = 1): Promise<Result> {
    if (this.#gathered.length === 0) this.#gathering(() => this.#flush());
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
