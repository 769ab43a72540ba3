import { AsyncLocalStorage } from 'node:async_hooks';

/** Subrequests of an event on the paid plan. The runtime refuses further ones. */
const MOST = 1000;
/**
 * Reserve for a batch's overhead: a reap, a claim, leases, receipts, and the settlement, without which its
 * messages are published again.
 */
const RESERVE = 100;
/** Subrequests of a message, at most: one each, plus the bisection of refused requests. */
const FOR_EACH = 2;

/** Budget of subrequests, one for each event. */
export class SubrequestBudget {
  readonly #events = new AsyncLocalStorage<{ left: number }>();

  /** Runs `event` with a budget of its own. */
  during<T>(event: () => Promise<T>): Promise<T> {
    return this.#events.run({ left: MOST }, event);
  }

  /** Counts a subrequest. */
  readonly count = (): void => {
    const event = this.#events.getStore();
    if (event) event.left--;
  };

  /** Messages that a batch may have within the rest of the budget; no limit outside of `during`. */
  get messages(): number {
    const { left } = this.#events.getStore() ?? { left: Infinity };
    return Math.max(0, Math.floor((left - RESERVE) / FOR_EACH));
  }
}
