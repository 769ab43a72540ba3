interface Gathered<Item, Result> {
  readonly items: Item[];
  readonly resolvers: ((result: Result) => void)[];
  weight: number;
}

/**
 * Gathers what is asked for in one turn of the event loop, and does it together: one command for
 * many callers. `run` answers one result for each item, in order, and must not throw.
 */
export class Turn<Item, Result> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #maxWeight: number;
  #gathered: Gathered<Item, Result>[] = [];

  /** Past `maxWeight` the items of a turn are done in several runs; one item is never parted. */
  constructor(run: (items: readonly Item[]) => Promise<readonly Result[]>, maxWeight: number) {
    this.#run = run;
    this.#maxWeight = maxWeight;
  }

  do(item: Item, weight = 1): Promise<Result> {
    return new Promise((resolve) => {
      if (this.#gathered.length === 0) setImmediate(() => this.#flush());
      let last = this.#gathered.at(-1);
      if (!last || last.weight + weight > this.#maxWeight) {
        last = { items: [], resolvers: [], weight: 0 };
        this.#gathered.push(last);
      }
      last.items.push(item);
      last.resolvers.push(resolve);
      last.weight += weight;
    });
  }

  #flush(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    for (const { items, resolvers } of gathered) void this.#settle(items, resolvers);
  }

  async #settle(items: readonly Item[], resolvers: readonly ((result: Result) => void)[]): Promise<void> {
    const results = await this.#run(items);
    for (const [index, resolve] of resolvers.entries()) resolve(results[index] as Result);
  }
}
