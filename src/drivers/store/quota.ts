import type { Admission, Limit } from '../../ports/gate.ts';

/** From one message to the next at an even pace, in whole microseconds. */
export function intervalUs({ max, windowMs }: Limit): number {
  return Math.max(1, Math.floor((windowMs * 1000) / max));
}

/**
 * Puts the limiter's number into words. `aheadUs`: how far the client is ahead of an even pace, this
 * message included; negative where it is limited, and would be as far ahead if the message were let in.
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
