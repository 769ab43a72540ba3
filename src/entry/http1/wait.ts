import type { Clock } from '../../ports/clock.ts';
import { LIMITS } from './limits.ts';

/** What a connection waits for. */
type Awaited =
  | 'next request'
  | 'head'
  | 'body'
  /** The client, which reads its answer slowly. */
  | 'reader'
  /** The client's end, after the last answer. */
  | 'end'
  /** Spillway: that has limits of its own. */
  | 'answer';

/** Wait of a connection, and its limit. */
export class Wait {
  readonly #clock: Clock;
  readonly #keepAliveMs: number;
  #awaited: Awaited = 'next request';
  #since: number;
  /** Bytes of the body at the start of a window of its least rate. */
  #bytes = 0;

  constructor(clock: Clock, keepAliveMs: number) {
    this.#clock = clock;
    this.#keepAliveMs = keepAliveMs;
    this.#since = clock.now();
  }

  get awaited(): Awaited {
    return this.#awaited;
  }

  start(awaited: Awaited, bytes = 0): void {
    this.#awaited = awaited;
    this.#bytes = bytes;
    this.#since = this.#clock.now();
  }

  /** Answers whether it takes too long. `bytes` of the body have arrived. */
  isOver(bytes: number): boolean {
    const ms = this.#clock.now() - this.#since;
    switch (this.#awaited) {
      case 'next request':
        return ms >= this.#keepAliveMs;
      case 'head':
        return ms >= LIMITS.headMs;
      case 'body':
        if (ms < LIMITS.windowMs) return false;
        if (bytes - this.#bytes < LIMITS.windowBytes) return true;
        this.start('body', bytes);
        return false;
      case 'reader':
        return ms >= LIMITS.windowMs;
      case 'end':
        return ms >= LIMITS.lingerMs;
      case 'answer':
        return false;
    }
  }
}
