import type { Accept } from './accept.ts';

/** Knows when every message that is being accepted has its outcome. */
export function createInFlight() {
  let running = 0;
  let waiting: (() => void)[] = [];
  const ended = () => {
    if (--running > 0) return;
    const all = waiting;
    waiting = [];
    for (const settle of all) settle();
  };
  return {
    watch(accept: Accept): Accept {
      return (submissions) => {
        running++;
        const outcomes = accept(submissions);
        outcomes.then(ended, ended);
        return outcomes;
      };
    },
    /** Settles once nothing is being accepted. */
    ended(): Promise<void> {
      return running === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
    },
  };
}
