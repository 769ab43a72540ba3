import type { PublishCall } from './publish-call.ts';

/**
 * Calls in flight, by the signal that cancels them. There is one listener for each signal: adding and removing
 * one costs as much as the rest of a call.
 */
export class Cancellation {
  readonly #calls = new WeakMap<AbortSignal, Set<PublishCall>>();

  /** Cancels `call` when `signal` aborts, unless it has ended by then. */
  watch(signal: AbortSignal, call: PublishCall): void {
    const calls = this.#calls.get(signal) ?? this.#listen(signal);
    calls.add(call);
    call.onEnd = () => calls.delete(call);
  }

  #listen(signal: AbortSignal): Set<PublishCall> {
    const calls = new Set<PublishCall>();
    this.#calls.set(signal, calls);
    signal.addEventListener('abort', () => {
      for (const call of calls) call.cancel();
    });
    return calls;
  }
}
