import type { Clock } from '../ports/clock.ts';

/** The most that a message waits for the store before it goes to Kafka, which must not wait for a Redis that is dying. */
const DEADLINE_MS = 150;

/** The store's answer, or undefined where there is none in time. */
export async function inTime<T>(answer: Promise<T>, clock: Clock): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const cancel = clock.after(DEADLINE_MS, () => late.resolve(undefined));
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    cancel();
  }
}
