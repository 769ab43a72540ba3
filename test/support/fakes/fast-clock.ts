import type { Clock } from '../../../src/ports/clock.ts';

/**
 * A clock that runs faster than the real one, by the factor `speed`: for code whose waits can't be stepped through,
 * because it waits for sockets in between.
 */
export class FastClock implements Clock {
  readonly #speed: number;

  constructor(speed: number) {
    this.#speed = speed;
  }

  now(): number {
    return performance.now() * this.#speed;
  }

  wallTime(): number {
    return Date.now();
  }

  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(run, ms / this.#speed);
    return () => clearTimeout(timer);
  }
}
