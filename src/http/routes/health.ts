import { Hono } from 'hono';
import type { Readiness } from '../../ops/readiness.ts';
import { ok, problems } from '../openapi/responses.ts';
import { type Paths } from '../openapi/types.ts';
import { allowOnly } from '../problem-response.ts';

export interface HealthDeps {
  readiness: () => Readiness;
}

const READINESS = {
  type: 'object',
  required: ['status', 'circuits'],
  properties: {
    status: { enum: ['ready', 'unavailable', 'stopping'] },
    circuits: { type: 'object', required: ['kafka', 'redis'] },
  },
};

export const healthPaths: Paths = {
  '/health/live': {
    get: {
      tags: ['Health'],
      summary: 'Whether the process runs',
      responses: { 200: ok({ type: 'object' }, 'It runs'), ...problems([]) },
    },
  },
  '/health/ready': {
    get: {
      tags: ['Health'],
      summary: 'Whether messages can be taken, into Kafka or the list',
      responses: {
        200: ok(READINESS, 'They can'),
        ...problems([]),
        503: ok(READINESS, 'They can’t: the reasons are in it'),
      },
    },
  },
};

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
