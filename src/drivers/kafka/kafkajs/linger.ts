import type { Clock } from '../../../ports/clock.ts';

/** The longest wait, in milliseconds. It is also at most half of what the last request took. */
const MAX_MS = 1;

/**
 * Wait of a queue for the callers that its last batch has just answered (an adaptive `linger.ms`). They are
 * likely to send again at once. Without the wait they take turns in two batches of half the size, and each
 * waits for the other's request. After a lone record there is no wait.
 */
export class Linger {
  readonly #clock: Clock;
  /** Number of records that are likely to wait soon. */
  #expected = 0;
  #endsAt = 0;
  #arrived = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A batch of `count` records was sent at `since` and has its results; `waiting` records have come meanwhile. */
  ended(count: number, waiting: number, since: number): void {
    const now = this.#clock.now();
    this.#expected = count > 1 ? count + waiting : 0;
    this.#endsAt = now + Math.min(MAX_MS, (now - since) / 2);
  }

  /** A record has come; `waiting` wait now. */
  added(waiting: number): void {
    if (waiting >= this.#expected) this.#arrived();
  }

  /** Settles once enough records wait, or the wait is over; undefined if it is already. */
  wait(waiting: number): Promise<void> | undefined {
    const ms = this.#endsAt - this.#clock.now();
    if (waiting >= this.#expected || ms <= 0) return undefined;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, resolve);
      this.#arrived = () => {
        cancel();
        resolve();
      };
    });
  }
}
