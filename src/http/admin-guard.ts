import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { problem } from './errors.ts';

/** Lets through who brings the operators' token: `Authorization: Bearer <token>`. */
export function adminGuard(token: string): MiddlewareHandler {
  const expected = digest(token);
  return async (c, next) => {
    const given = /^Bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1];
    if (given === undefined) {
      return problem(c, 'unauthorized', 'Send the header Authorization: Bearer, with ADMIN_TOKEN', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
    }
    // Equally long, whatever was sent: the time that this takes tells nothing of the token.
    if (!timingSafeEqual(digest(given), expected)) return problem(c, 'forbidden', 'This is not the token');
    return next();
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
