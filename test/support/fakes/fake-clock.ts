import type { Clock } from '../../../src/ports/clock.ts';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** A clock that stands still until the test moves it. */
export class FakeClock implements Clock {
  /** What `wallTime` answers; the test may set it forward and back. */
  wall = 1_764_671_400_000;
  /** Fires at whole milliseconds, rounded down, as `setTimeout` does. */
  truncates = false;
  #now = 0;
  readonly #timers = new Set<Timer>();
  readonly #atWork: (() => boolean)[] = [];

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.wall;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + (this.truncates ? Math.floor(ms) : ms), run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Time stands still while it answers true: for work that takes turns of the event loop, but no time. */
  waitWhile(isAtWork: () => boolean): void {
    this.#atWork.push(isAtWork);
  }

  /** Lets `ms` milliseconds pass: runs what is due, in order, and what follows from it. */
  async advance(ms: number): Promise<void> {
    await this.#settled();
    const end = this.#now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#pass(next.at - this.#now);
      this.#timers.delete(next);
      next.run();
      await this.#settled();
    }
    this.#pass(end - this.#now);
    await this.#settled();
  }

  /** Sets the wall clock back; what is measured goes on. */
  setBack(ms: number): void {
    this.wall -= ms;
  }

  #next(end: number): Timer | undefined {
    const due = [...this.#timers].filter(({ at }) => at <= end);
    return due.toSorted((a, b) => a.at - b.at)[0];
  }

  #pass(ms: number): void {
    this.#now += ms;
    this.wall += ms;
  }

  /** Everything that waits for nothing but promises, or for what is at work, has gone on. */
  async #settled(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#atWork.some((isAtWork) => isAtWork()));
  }
}
