import { type Context, Hono } from 'hono';
import type { DeadLetters, OrderKeyOf, WhichLetters } from '../../ports/dead-letters.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import { allowOnly, listAway, problem } from '../problem-response.ts';

const PATH = '/admin/dead-letters';
const LIMIT = { usual: 50, most: 500 };

/**
 * Operators' dead letter queue, `/admin/dead-letters`: GET lists a page (`?limit=50&after=<id>`), POST
 * requeues, DELETE discards for good; the latter two for `?id=<id>`, repeatable, or for `?all=true`.
 */
export function deadLettersRoutes(list: DeadLetters, orderKeyOf?: OrderKeyOf): Hono {
  const app = new Hono();
  app.get(PATH, async (c) => {
    const text = c.req.query('limit') ?? String(LIMIT.usual);
    const limit = /^\d+$/.test(text) ? Number(text) : 0;
    if (limit < 1 || limit > LIMIT.most)
      return invalid(c, 'limit', `Must be a whole number from 1 to ${LIMIT.most}`);
    const reply = await list.deadLetters({ after: c.req.query('after'), limit });
    if (reply.kind !== 'done') return listAway(c, reply);
    const deadLetters = reply.value.map(({ id, reason, attempts, at, entry }) => ({
      id,
      reason,
      attempts,
      at: new Date(at).toISOString(),
      entry,
    }));
    const next = deadLetters.length === limit ? deadLetters.at(-1)?.id : undefined;
    return c.json({ deadLetters, next: next ?? null });
  });
  app.post(PATH, (c) => act(c, 'requeued', (which) => list.requeue(which, orderKeyOf)));
  app.delete(PATH, (c) => act(c, 'deleted', (which) => list.discard(which)));
  app.all(PATH, allowOnly('GET', 'HEAD', 'POST', 'DELETE'));
  return app;
}

async function act(
  c: Context,
  done: string,
  verb: (which: WhichLetters) => Promise<StoreReply<number>>,
): Promise<Response> {
  const ids = c.req.queries('id') ?? [];
  const all = c.req.query('all') === 'true';
  if (all === ids.length > 0) return invalid(c, 'id', 'Name one or more with ?id=, or all with ?all=true');
  const reply = await verb(all ? 'all' : ids);
  return reply.kind === 'done' ? c.json({ [done]: reply.value }) : listAway(c, reply);
}

function invalid(c: Context, path: string, message: string): Response {
  return problem(c, 'invalid-request', 'Fix what is listed in `errors`', { errors: [{ path, message }] });
}
