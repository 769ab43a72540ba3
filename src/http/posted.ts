import type { Context } from 'hono';
import type { Posted } from './accept-items.ts';
import type { SenderEnv } from './auth/authenticated.ts';
import type { BodyEnv } from './read-body.ts';

/** A request that `authenticated` has let in, and whose body `readBody` has read. */
export function postedOf(c: Context<SenderEnv & BodyEnv>): Posted {
  return {
    requestId: c.get('requestId'),
    body: c.get('body'),
    header: (name) => c.req.header(name),
    sender: c.get('sender'),
  };
}
