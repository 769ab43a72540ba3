import { Hono } from 'hono';
import type { Connect } from '../client.ts';

/** The least that an HTTP service with Hono does: parse the body, and answer. */
export const connect: Connect = ({ topic }) => {
  const app = new Hono();
  app.post('/v1/messages', async (c) => {
    await c.req.json();
    return c.json({ id: crypto.randomUUID(), status: 'published', topic, partition: 0, offset: '0' }, 202);
  });
  const { port } = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: app.fetch });
  return Promise.resolve({ url: `http://127.0.0.1:${port}` });
};
