import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';

/** Headers of answers that pages of other origins may read. */
const EXPOSED = [
  'Idempotency-Replayed',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Fallback-Mode',
  'X-Request-Id',
];
/** How long a browser remembers what it may do. */
const MAX_AGE_S = 600;

/**
 * Middleware that lets pages of `origins` send messages and read the answers; `*` is any page. A request without
 * `Origin` comes from no page of another one, and is left as it is.
 */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler {
  const answerPages = cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST'],
    exposeHeaders: EXPOSED,
    maxAge: MAX_AGE_S,
  });
  return (c, next) => (c.req.header('Origin') === undefined ? next() : answerPages(c, next));
}
