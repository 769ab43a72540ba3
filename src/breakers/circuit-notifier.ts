import type { CircuitChange, CircuitEvents, CircuitMode, CircuitState } from './circuit-types.ts';

/** Observer dispatch for a circuit. A hook that throws does not affect the calls. */
export class CircuitNotifier {
  readonly #events: CircuitEvents;
  readonly #listeners: ((change: CircuitChange) => void)[] = [];
  #lastFault = '';

  constructor(events: CircuitEvents) {
    this.#events = events;
  }

  onChange(listener: (change: CircuitChange) => void): void {
    this.#listeners.push(listener);
  }

  fault(reason: string): void {
    this.#lastFault = reason;
    quietly(() => this.#events.onFault?.(reason));
  }

  change(state: CircuitState, mode: CircuitMode, by: 'calls' | 'operator'): void {
    const reason = by === 'calls' && state === 'open' ? this.#lastFault : undefined;
    this.#tell({ state, mode, by, reason });
  }

  news(reason: string): void {
    this.#tell({ state: 'open', mode: 'auto', by: 'news', reason });
  }

  #tell(change: CircuitChange): void {
    quietly(() => this.#events.onChange?.(change));
    for (const listener of this.#listeners) quietly(() => listener(change));
  }
}

function quietly(hook: () => void): void {
  try {
    hook();
  } catch {
    // The log or the metrics failed, and there is nowhere else to report it.
  }
}
