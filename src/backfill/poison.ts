import type { PoisonRule } from '../ports/fallback-list.ts';

const MAX_ATTEMPTS = 10;

/** A poison message may be what kills its worker: after three deaths it is claimed alone, without neighbours. */
export const ALONE_AFTER = 3;

/** The longest lease of a claim, in milliseconds. */
export const LONGEST_LEASE_MS = 10_000;

/** After ten it is a dead letter. */
export const POISON_RULE: PoisonRule = {
  maxAttempts: MAX_ATTEMPTS,
  longestLeaseMs: LONGEST_LEASE_MS,
  reason: `Its worker died with it ${MAX_ATTEMPTS} times`,
};
