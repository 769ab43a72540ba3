import type { MiddlewareHandler } from 'hono';
import type { ClientEnv } from '../client.ts';
import { problem } from '../problem-response.ts';
import type { Authenticate } from './authenticate.ts';
import type { Sender } from './sender.ts';

/** Hono environment of routes behind `authenticated`. */
export interface SenderEnv extends ClientEnv {
  Variables: { readonly sender: Sender };
}

/** Middleware that lets a request in once its sender is known, before its body is read. */
export function authenticated(authenticate: Authenticate): MiddlewareHandler<SenderEnv> {
  return async (c, next) => {
    const found = authenticate((name) => c.req.header(name), c.env?.clientAddress);
    if (found.kind === 'unauthorized')
      return problem(c, found.code, found.detail, { headers: found.headers });
    c.set('sender', found.sender);
    return next();
  };
}
