import type { Accept } from './accept.ts';

/** Knows when every message that is being accepted has its outcome. */
export function createInFlight() {
  const running = new Set<Promise<unknown>>();
  return {
    watch(accept: Accept): Accept {
      return async (submissions) => {
        const outcomes = accept(submissions);
        running.add(outcomes);
        try {
          return await outcomes;
        } finally {
          running.delete(outcomes);
        }
      };
    },
    async ended(): Promise<void> {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
