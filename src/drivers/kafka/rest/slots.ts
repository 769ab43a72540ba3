/** So many that may be taken at a time. */
export class Slots {
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Answers whether the work was done: in a slot that it has until its end, or not at all, where none is free. */
  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.#free <= 0) return false;
    this.#free--;
    try {
      await work();
      return true;
    } finally {
      this.#free++;
    }
  }
}
