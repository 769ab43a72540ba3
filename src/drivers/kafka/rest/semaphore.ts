/** Counting semaphore that refuses instead of queueing. */
export class Semaphore {
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs `work` in a free slot, which it has until its end. Answers false, without running it, where none is free. */
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
