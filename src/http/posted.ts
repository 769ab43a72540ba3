import type { Context } from 'hono';
import type { Posted } from './accept-items.ts';
import type { SenderEnv } from './auth/authenticated.ts';
import type { BodyEnv } from './read-body.ts';

/** A request that `authenticated` has let in, and whose body `readBody` has read. */
export function postedOf(c: Context<SenderEnv & BodyEnv>): Posted {
  return { ...senderOf(c), body: c.get('body') };
}

/** The same, where the body has not been read yet. */
export function senderOf(c: Context<SenderEnv & BodyEnv>): Omit<Posted, 'body'> {
  return {
    requestId: c.get('requestId'),
    header: (name) => c.req.header(name),
    sender: c.get('sender'),
  };
}
