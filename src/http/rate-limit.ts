import type { Outcome } from '../accept/outcome.ts';

/**
 * What is left of the client's limit, as draft-ietf-httpapi-ratelimit-headers-10 writes it: `q`
 * messages in `w` seconds, `r` left, all of them again in `t` seconds.
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
