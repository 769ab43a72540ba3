import { type Context, Hono } from 'hono';
import * as z from 'zod';
import type { Order, Orders } from '../../fleet/operator-modes.ts';
import type { Readiness } from '../../ops/readiness.ts';
import type { ServiceName } from '../../ports/service-name.ts';
import { allowOnly, problem } from '../errors.ts';

export interface AdminCircuits {
  states: () => Readiness['circuits'];
  orders: () => Orders;
  /** Answers whether other processes hear of it now, or only when the store is back. */
  give: (name: ServiceName, order: Order) => Promise<'shared' | 'here-only'>;
  /** Milliseconds since 1970. */
  now: () => number;
}

const Body = z.strictObject({
  mode: z.enum(['auto', 'forced-open', 'forced-closed'], {
    error: 'Must be auto, forced-open or forced-closed',
  }),
  reason: z.string({ error: 'Say why, in at most 200 characters' }).min(1).max(200),
  by: z.string({ error: 'Say who you are, in at most 100 characters' }).min(1).max(100),
});

const NAMES: readonly ServiceName[] = ['kafka', 'redis'];

/**
 * `GET /admin/circuits`: both circuits. `PUT /admin/circuits/kafka` (or redis) with
 * `{"mode": "forced-open", "by": …, "reason": …}` holds a circuit open or closed, in every process
 * that shares the store, until `"mode": "auto"`.
 */
export function circuitsRoutes(circuits: AdminCircuits): Hono {
  const app = new Hono();
  app.get('/admin/circuits', (c) => c.json({ circuits: NAMES.map((name) => describe(name, circuits)) }));
  app.all('/admin/circuits', allowOnly('GET', 'HEAD'));
  for (const name of NAMES) {
    const path = `/admin/circuits/${name}`;
    app.get(path, (c) => c.json(describe(name, circuits)));
    app.put(path, (c) => give(c, name, circuits));
    app.all(path, allowOnly('GET', 'HEAD', 'PUT'));
  }
  return app;
}

async function give(c: Context, name: ServiceName, circuits: AdminCircuits): Promise<Response> {
  const json: unknown = await c.req.json().catch(() => undefined);
  if (json === undefined) return problem(c, 'not-json', 'The body is not JSON');
  const parsed = Body.safeParse(json);
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    return problem(c, 'invalid-request', 'Mend what `errors` names', { errors });
  }
  const { mode, by, reason } = parsed.data;
  const reach = await circuits.give(name, { mode, by, reason, at: circuits.now() });
  return c.json({ ...describe(name, circuits), reach });
}

function describe(name: ServiceName, { states, orders }: AdminCircuits) {
  const order = orders()[name];
  const forced = order && { by: order.by, reason: order.reason, at: new Date(order.at).toISOString() };
  return { name, state: states()[name], mode: order?.mode ?? 'auto', forced: forced ?? null };
}
