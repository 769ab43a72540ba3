import { Hono } from 'hono';
import type { Bounds, FallbackList } from '../../ports/fallback-list.ts';
import { allowOnly, listAway } from '../problem-response.ts';

/** `GET /admin/fallback`: the size of the list, and its bounds. */
export function fallbackRoutes(list: FallbackList, { maxLength, maxBytes }: Bounds): Hono {
  const app = new Hono();
  app.get('/admin/fallback', async (c) => {
    const reply = await list.backlog();
    if (reply.kind !== 'done') return listAway(c, reply);
    return c.json({ ...reply.value, maxLength: maxLength ?? null, maxBytes: maxBytes ?? null });
  });
  app.all('/admin/fallback', allowOnly('GET', 'HEAD'));
  return app;
}
