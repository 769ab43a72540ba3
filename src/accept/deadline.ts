import { type Clock, within } from '../ports/clock.ts';

/** The most that a message waits for the store before it goes to Kafka, which must not wait for a Redis that is dying. */
const DEADLINE_MS = 150;

/** The store's answer, or undefined where there is none in time. */
export function inTime<T>(answer: Promise<T>, clock: Clock): Promise<T | undefined> {
  return within(clock, DEADLINE_MS, answer, () => undefined);
}
