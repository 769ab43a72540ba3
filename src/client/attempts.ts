import { type Clock, pause } from './clock.ts';

/** Ceiling of the first wait between attempts, which doubles with each further one. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

export interface AttemptsOptions {
  readonly clock: Clock;
  /** Random numbers from 0 up to, and without, 1. */
  readonly random: () => number;
  readonly signal: AbortSignal | undefined;
  readonly requestTimeoutMs: number;
  /** When no further attempt begins, on `clock.now()`. */
  readonly endAt: number;
}

/** Retry schedule: exponential backoff with full jitter, until the time is up. */
export class Attempts {
  readonly #options: AttemptsOptions;
  #failed = 0;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** Milliseconds that the attempt which begins now may take. */
  get timeoutMs(): number {
    const { clock, endAt, requestTimeoutMs } = this.#options;
    return Math.min(requestTimeoutMs, endAt - clock.now());
  }

  /** A schedule from the beginning, with the same end. */
  fresh(): Attempts {
    return new Attempts(this.#options);
  }

  /** Waits before the next attempt, `leastMs` at least. False, at once, if the time does not suffice. */
  async next(leastMs = 0): Promise<boolean> {
    const { clock, random, signal, endAt } = this.#options;
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failed++);
    const waitMs = leastMs + random() * ceiling;
    if (signal?.aborted || clock.now() + waitMs >= endAt) return false;
    await pause(clock, waitMs, signal);
    // Timers are late in a busy process.
    return !signal?.aborted && clock.now() < endAt;
  }
}
