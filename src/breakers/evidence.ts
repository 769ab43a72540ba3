import type { Clock } from '../ports/clock.ts';
import type { CallVerdict } from './verdict.ts';

/** Last known condition of a dependency, by the calls that were made to it. `none`: no call has told yet. */
export type Evidence =
  | { readonly kind: 'none' | 'answers' }
  /** `since`: the first of the faults in a row, in milliseconds since the epoch. */
  | { readonly kind: 'fails'; readonly reason: string; readonly since: number };

const ANSWERS: Evidence = { kind: 'answers' };

/** Register of the evidence: the latest verdict decides, and a neutral one says nothing. */
export class EvidenceRegister {
  readonly #clock: Clock;
  #latest: Evidence = { kind: 'none' };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get latest(): Evidence {
    return this.#latest;
  }

  see(verdict: CallVerdict): void {
    if (verdict.kind === 'answered') this.#latest = ANSWERS;
    if (verdict.kind === 'fault') this.fault(verdict.reason);
  }

  fault(reason: string): void {
    const since = this.#latest.kind === 'fails' ? this.#latest.since : this.#clock.wallTime();
    this.#latest = { kind: 'fails', reason, since };
  }
}
