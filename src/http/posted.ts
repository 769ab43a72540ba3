import type { Context } from 'hono';
import type { Posted } from './accept-items.ts';
import type { ClientEnv } from './client.ts';
import type { BodyEnv } from './read-body.ts';
import { senderAt } from './sender.ts';

/** A request whose body `readBody` has read. */
export function postedOf(c: Context<ClientEnv & BodyEnv>): Posted {
  return {
    requestId: c.get('requestId'),
    body: c.get('body'),
    header: (name) => c.req.header(name),
    sender: senderAt(c.env?.clientAddress),
  };
}
