import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { problem } from './problem-response.ts';

/** Bearer authentication (RFC 6750) of operators: `Authorization: Bearer <token>`. */
export function adminGuard(token: string): MiddlewareHandler {
  const expected = digest(token);
  return async (c, next) => {
    const given = /^Bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1];
    if (given === undefined) {
      return problem(c, 'unauthorized', 'Send the header Authorization: Bearer, with ADMIN_TOKEN', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
    }
    // Constant-time comparison of digests of equal length: the time reveals nothing of the token.
    if (!timingSafeEqual(digest(given), expected))
      return problem(c, 'forbidden', 'The token does not match ADMIN_TOKEN');
    return next();
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
