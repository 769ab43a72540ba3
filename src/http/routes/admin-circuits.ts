import { type Context, Hono } from 'hono';
import * as z from 'zod';
import type { CircuitOverride } from '../../fleet/operator-modes.ts';
import { reasonOf, type Snapshot } from '../../ops/snapshot.ts';
import type { ServiceName } from '../../ports/service-name.ts';
import { shorten } from '../../common/shorten.ts';
import { decodeUtf8 } from '../media.ts';
import { allowOnly, problem } from '../problem-response.ts';
import { type BodyEnv, readBody } from '../read-body.ts';

export interface AdminCircuits {
  snapshot: () => Pick<Snapshot, 'circuits' | 'overrides'>;
  /** Answers whether other processes learn of it now, or only after the store's return. */
  give: (name: ServiceName, order: CircuitOverride) => Promise<'shared' | 'here-only'>;
  /** Milliseconds since the epoch. */
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
 * Operators' overrides of circuits. `GET /admin/circuits` lists both circuits, with their causes. `PUT /admin/circuits/kafka`
 * (or redis) with `{"mode": "forced-open", "by": …, "reason": …}` holds a circuit open or closed, in every
 * process that shares the store, until `"mode": "auto"`.
 */
export function circuitsRoutes(circuits: AdminCircuits, maxBodyBytes: number): Hono<BodyEnv> {
  const app = new Hono<BodyEnv>();
  const readWhole = readBody(maxBodyBytes, () => false);
  app.get('/admin/circuits', (c) => c.json({ circuits: NAMES.map((name) => describe(name, circuits)) }));
  app.all('/admin/circuits', allowOnly('GET', 'HEAD'));
  for (const name of NAMES) {
    const path = `/admin/circuits/${name}`;
    app.get(path, (c) => c.json(describe(name, circuits)));
    app.put(path, readWhole, (c) => give(c, name, circuits));
    app.all(path, allowOnly('GET', 'HEAD', 'PUT'));
  }
  return app;
}

async function give(c: Context<BodyEnv>, name: ServiceName, circuits: AdminCircuits): Promise<Response> {
  const json = parseJson(c.get('body'));
  if (json === undefined) return problem(c, 'not-json', 'Send JSON in UTF-8');
  const parsed = Body.safeParse(json);
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({
      path: shorten(path.join('.')),
      message: shorten(message),
    }));
    return problem(c, 'invalid-request', 'Fix what is listed in `errors`', { errors });
  }
  const { mode, by, reason } = parsed.data;
  const reach = await circuits.give(name, { mode, by, reason, at: circuits.now() });
  return c.json({ ...describe(name, circuits), reach });
}

/** `reason`: why the last call failed. `since`: when the state or the mode last changed. */
function describe(name: ServiceName, { snapshot }: AdminCircuits) {
  const { circuits, overrides } = snapshot();
  const { state, mode, since, nextTrialInMs } = circuits[name];
  const order = overrides[name];
  return {
    name,
    state,
    mode,
    since: new Date(since).toISOString(),
    reason: reasonOf(circuits[name]) ?? null,
    nextTrialInSeconds: nextTrialInMs === undefined ? null : Math.ceil(nextTrialInMs / 1000),
    forced: order ? { by: order.by, reason: order.reason, at: new Date(order.at).toISOString() } : null,
  };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(body) ?? '');
  } catch {
    return undefined;
  }
}
