import type { Probe } from '../ports/probe.ts';

/**
 * Verdict of a call on its dependency: at fault; answered, even if the caller was wrong; or neutral, such as
 * after a cancellation.
 */
export type CallVerdict =
  | { readonly kind: 'fault'; readonly reason: string }
  /**
   * `call` identifies the wire call: results that share one count once if it is slow. `mayBeSlow` exempts a
   * large call from the slow rule.
   */
  | {
      readonly kind: 'answered';
      readonly call?: object | undefined;
      readonly mayBeSlow?: boolean | undefined;
    }
  | { readonly kind: 'neutral' };

export const ANSWERED: CallVerdict = { kind: 'answered' };
export const NEUTRAL: CallVerdict = { kind: 'neutral' };

/** The verdict of a probe. */
export function judgeProbe(probe: Probe): CallVerdict {
  return probe.kind === 'up' ? ANSWERED : { kind: 'fault', reason: probe.reason };
}

/** Deduplication of votes: each wire call votes once on the circuit, however many callers shared it. */
export class VoteOnce {
  readonly #voted = new WeakSet<object>();

  /** Answers whether a call may vote, and marks it as voted. A result without a call may always vote. */
  admits(call: object | undefined): boolean {
    if (!call) return true;
    if (this.#voted.has(call)) return false;
    this.#voted.add(call);
    return true;
  }
}
