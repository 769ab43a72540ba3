import type { Clock } from '../ports/clock.ts';
import { VoteOnce, type CallVerdict, NEUTRAL } from './verdict.ts';

/** Slow-call rule: an answer that took too long is a fault. */
export class SlowRule {
  readonly #slowMs: number | undefined;
  readonly #clock: Clock;
  readonly #votes = new VoteOnce();

  /** Off without `slowMs`. */
  constructor(slowMs: number | undefined, clock: Clock) {
    this.#slowMs = slowMs;
    this.#clock = clock;
  }

  /** Start time of a call, for `apply`. */
  begin(): number {
    // Without the rule the clock is not read, which costs time.
    return this.#slowMs === undefined ? 0 : this.#clock.now();
  }

  apply(verdict: CallVerdict, began: number): CallVerdict {
    const slowMs = this.#slowMs;
    if (slowMs === undefined || verdict.kind !== 'answered' || verdict.mayBeSlow) return verdict;
    if (this.#clock.now() - began <= slowMs) return verdict;
    if (!this.#votes.admits(verdict.call)) return NEUTRAL;
    return { kind: 'fault', reason: `Slower than ${slowMs} ms` };
  }
}
