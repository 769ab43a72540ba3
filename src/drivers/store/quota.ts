import type { Admission, Limit } from '../../ports/gate.ts';

/**
 * The emission interval of GCRA (generic cell rate algorithm): from one message to the next at an even pace,
 * in whole microseconds.
 */
export function intervalUs({ max, windowMs }: Limit): number {
  return Math.max(1, Math.floor((windowMs * 1000) / max));
}

/**
 * Converts the state of GCRA to a quota. `aheadUs`: how far the client is ahead of an even pace, this message
 * included, in microseconds. Negative if the client is limited: as far as it would be ahead if it were
 * admitted.
 */
export function toQuota(limit: Limit, aheadUs: number): Admission {
  const { max, windowMs } = limit;
  const interval = intervalUs(limit);
  const isAllowed = aheadUs >= 0;
  const usedUs = isAllowed ? aheadUs : -aheadUs - interval;
  const left = isAllowed ? Math.max(0, Math.floor((interval * max - aheadUs) / interval)) : 0;
  const quota = { max, windowMs, left, resetInMs: Math.ceil(usedUs / 1000) };
  if (isAllowed) return { kind: 'admitted', quota };
  return { kind: 'limited', retryInMs: Math.max(1, Math.ceil((-aheadUs - interval * max) / 1000)), quota };
}
