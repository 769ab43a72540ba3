import { Hono } from 'hono';
import type { Readiness } from '../../ops/readiness.ts';
import { allowOnly } from '../problem-response.ts';

export interface HealthDeps {
  readiness: () => Readiness;
}

/** Health checks. `GET /health/live`: the process runs. `GET /health/ready`: it can take messages. */
export function healthRoutes({ readiness }: HealthDeps): Hono {
  const app = new Hono();
  app.get('/health/live', (c) => c.json({ status: 'live' }));
  app.get('/health/ready', (c) => {
    const answer = readiness();
    return c.json(answer, answer.status === 'ready' ? 200 : 503);
  });
  for (const path of ['/health/live', '/health/ready']) app.all(path, allowOnly('GET', 'HEAD'));
  return app;
}
