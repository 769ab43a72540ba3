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

/** Waits for `ms` milliseconds, or until `signal` aborts. Never rejects, and leaves no timer behind. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal?.addEventListener('abort', end);
  });
}

/**
 * What `work` settles with, or `late()` where that takes longer than `ms` milliseconds. It ends the waiting,
 * not the work; what the work throws after that is dropped.
 */
export async function within<T, L>(
  clock: Clock,
  ms: number,
  work: Promise<T>,
  late: () => L,
): Promise<T | L> {
  const deadline = Promise.withResolvers<L>();
  const cancel = clock.after(ms, () => deadline.resolve(late()));
  try {
    return await Promise.race([work, deadline.promise]);
  } finally {
    cancel();
  }
}
