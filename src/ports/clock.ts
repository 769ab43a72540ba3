/** Time as the service sees it; tests put their own in its place. */
export interface Clock {
  /** Milliseconds on a clock that never goes back, from an arbitrary start. */
  now(): number;
  /** Milliseconds since the epoch: for what people and Kafka read, never for measuring. */
  wallTime(): number;
  /** Runs `run` once after `ms` milliseconds, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
}

/** The clock of the runtime. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Waits for so many milliseconds. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}
