import type { Clock } from '../ports/clock.ts';
import { type CallVerdict, NEUTRAL } from './verdict.ts';

/** Makes a fault of an answer that took too long. */
export class SlowRule {
  readonly #slowMs: number | undefined;
  readonly #clock: Clock;
  /** Wire calls that were slow and have voted: many calls may share one. */
  readonly #voted = new WeakSet<object>();

  /** Without `slowMs` it is off. */
  constructor(slowMs: number | undefined, clock: Clock) {
    this.#slowMs = slowMs;
    this.#clock = clock;
  }

  /** When a call begins, for `apply`. */
  begin(): number {
    // Reading the clock is not free.
    return this.#slowMs === undefined ? 0 : this.#clock.now();
  }

  apply(verdict: CallVerdict, began: number): CallVerdict {
    const slowMs = this.#slowMs;
    if (slowMs === undefined || verdict.kind !== 'answered' || verdict.mayBeSlow) return verdict;
    if (this.#clock.now() - began <= slowMs) return verdict;
    const { call } = verdict;
    if (call && this.#voted.has(call)) return NEUTRAL;
    if (call) this.#voted.add(call);
    return { kind: 'fault', reason: `Slower than ${slowMs} ms` };
  }
}
