const TICK_MS = 10;

/** Measures how late this process runs its timers: what the machine adds to every wait. */
export class LagMeter {
  #worst = 0;
  #last = performance.now();
  readonly #timer = setInterval(() => {
    const now = performance.now();
    this.#worst = Math.max(this.#worst, now - this.#last - TICK_MS);
    this.#last = now;
  }, TICK_MS);

  /** Ends it; answers the worst, in milliseconds. */
  stop(): number {
    clearInterval(this.#timer);
    return this.#worst;
  }
}
