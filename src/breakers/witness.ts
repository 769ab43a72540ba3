import type { CircuitEvents, CircuitMode, CircuitState } from './circuit-types.ts';

/** Tells the outside what happens in a circuit. Whatever throws out there, the calls go on. */
export class Witness {
  readonly #events: CircuitEvents;
  #lastFault = '';

  constructor(events: CircuitEvents) {
    this.#events = events;
  }

  fault(reason: string): void {
    this.#lastFault = reason;
    quietly(() => this.#events.onFault?.(reason));
  }

  change(state: CircuitState, mode: CircuitMode, by: 'calls' | 'operator'): void {
    const reason = by === 'calls' && state === 'open' ? this.#lastFault : undefined;
    quietly(() => this.#events.onChange?.({ state, mode, by, reason }));
  }

  news(reason: string): void {
    quietly(() => this.#events.onChange?.({ state: 'open', mode: 'auto', by: 'news', reason }));
  }
}

function quietly(hook: () => void): void {
  try {
    hook();
  } catch {
    // Nobody is left to be told: what throws is the log, or the metrics.
  }
}
