import type { Clock } from '../ports/clock.ts';

interface Wait {
  readonly endsAt: number;
  readonly end: () => void;
}

/**
 * `within` for many waits of the same length, with one timer for all of them: setting and clearing one for each
 * costs more than a call through the circuit.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #ms: number;
  /** In the order in which they end. */
  readonly #waits = new Set<Wait>();
  #cancel = () => {};

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /**
   * What `work` settles with, `failed` of what it throws, or `late()` where it takes longer. It ends the waiting,
   * not the work. Never throws.
   */
  within<T>(work: Promise<T>, late: () => T, failed: (error: unknown) => T): Promise<T> {
    return new Promise((resolve) => {
      const wait: Wait = { endsAt: this.#clock.now() + this.#ms, end: () => resolve(late()) };
      this.#waits.add(wait);
      if (this.#waits.size === 1) this.#schedule();
      const settle = (value: T) => {
        this.#end(wait);
        resolve(value);
      };
      work.then(settle, (error: unknown) => settle(failed(error)));
    });
  }

  #end(wait: Wait): void {
    this.#waits.delete(wait);
    if (this.#waits.size === 0) this.#cancel();
  }

  /** Sets the timer for the first wait that is left. */
  #schedule(): void {
    this.#cancel();
    const [first] = this.#waits;
    if (first)
      this.#cancel = this.#clock.after(Math.max(0, first.endsAt - this.#clock.now()), () => this.#due());
  }

  #due(): void {
    const now = this.#clock.now();
    for (const wait of this.#waits) {
      if (wait.endsAt > now) break;
      this.#waits.delete(wait);
      wait.end();
    }
    this.#schedule();
  }
}
