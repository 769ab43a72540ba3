import type { Outcome } from '../accept/outcome.ts';

/**
 * Rate limit fields of draft-ietf-httpapi-ratelimit-headers-10: `q` messages in `w` seconds, `r` left, all of
 * them available again in `t` seconds.
 */
export function rateLimitFields({ quota }: Outcome): Record<string, string> {
  if (!quota) return {};
  return {
    'RateLimit-Policy': `"default";q=${quota.max};w=${seconds(quota.windowMs)}`,
    RateLimit: `"default";r=${quota.left};t=${seconds(quota.resetInMs)}`,
  };
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
