import type { Clock } from '../ports/clock.ts';
import { Ballot } from './ballot.ts';
import { type CallVerdict, NEUTRAL } from './verdict.ts';

/** Makes a fault of an answer that took too long. */
export class SlowRule {
  readonly #slowMs: number | undefined;
  readonly #clock: Clock;
  readonly #ballot = new Ballot();

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
    if (!this.#ballot.admits(verdict.call)) return NEUTRAL;
    return { kind: 'fault', reason: `Slower than ${slowMs} ms` };
  }
}
