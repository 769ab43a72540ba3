import { AsyncLocalStorage } from 'node:async_hooks';

/** What an event may make on the paid plan. The runtime refuses what comes after. */
const MOST = 1000;
/**
 * Kept for what belongs to a batch beside its messages: a reap, a claim, leases, receipts, and
 * settling it, without which what was published is published again.
 */
const RESERVE = 100;
/** A proxy may want a request for each message; and one that refuses a request is asked for each half of it. */
const FOR_EACH = 2;

/** The calls to others that an event may still make. Those of other events are not counted among them. */
export class Calls {
  readonly #events = new AsyncLocalStorage<{ left: number }>();

  /** Runs `event`, whose calls are counted from now on. */
  during<T>(event: () => Promise<T>): Promise<T> {
    return this.#events.run({ left: MOST }, event);
  }

  /** A call is made. */
  readonly count = (): void => {
    const event = this.#events.getStore();
    if (event) event.left--;
  };

  /** How many messages a batch of this event may have, if there is to be one; no limit outside of `during`. */
  get messages(): number {
    const { left } = this.#events.getStore() ?? { left: Infinity };
    return Math.max(0, Math.floor((left - RESERVE) / FOR_EACH));
  }
}
