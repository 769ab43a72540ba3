import type { Probe } from '../ports/probe.ts';

/**
 * What an outcome says of the dependency: it is at fault; it answered, be it that the caller was
 * wrong; or nothing at all (the caller hung up).
 */
export type CallVerdict =
  | { readonly kind: 'fault'; readonly reason: string }
  /**
   * Where several share a wire call, `call` is the same object for all: slow, it counts once.
   * `mayBeSlow`: it was large, and may take its time.
   */
  | {
      readonly kind: 'answered';
      readonly call?: object | undefined;
      readonly mayBeSlow?: boolean | undefined;
    }
  | { readonly kind: 'neutral' };

export const ANSWERED: CallVerdict = { kind: 'answered' };
export const NEUTRAL: CallVerdict = { kind: 'neutral' };

export function judgeProbe(probe: Probe): CallVerdict {
  return probe.kind === 'up' ? ANSWERED : { kind: 'fault', reason: probe.reason };
}
