import type { MiddlewareHandler } from 'hono';
import type { ClientEnv } from './client.ts';
import { problem } from './problem-response.ts';

/** Loopback addresses, of IPv4 (also mapped into IPv6) and of IPv6. */
const LOOPBACK = /^((::ffff:)?127(\.\d{1,3}){3}|::1|(0+:){7}0*1)$/i;

/** Host with an optional port, whose name can mean no other machine. */
const LOCAL_HOST = /^(([\w-]+\.)*localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Guard of routes for this machine alone: the connection comes from a loopback address. The `Host` is a local
 * name, which a foreign page cannot have (DNS rebinding), and an `Origin` is this server's own.
 */
export const localOnly: MiddlewareHandler<ClientEnv> = async (c, next) => {
  const host = c.req.header('Host') ?? new URL(c.req.url).host;
  const origin = c.req.header('Origin');
  if (!LOOPBACK.test(c.env?.clientAddress ?? ''))
    return problem(c, 'not-local', 'Ask from the machine on which the service runs');
  if (!LOCAL_HOST.test(host)) return problem(c, 'not-local', 'Ask by the name localhost');
  if (origin !== undefined && origin !== `${new URL(c.req.url).protocol}//${host.toLowerCase()}`)
    return problem(c, 'not-local', 'Ask without an Origin: pages of other sites have no access');
  return next();
};

/**
 * Guard of changes: a foreign page cannot send JSON without a preflight request, which is not answered in its
 * favour.
 */
export const jsonOnly: MiddlewareHandler = async (c, next) => {
  const [type = ''] = (c.req.header('Content-Type') ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json')
    return problem(c, 'unsupported-media-type', 'Send the header Content-Type: application/json');
  return next();
};
