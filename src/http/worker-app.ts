import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import type { ClientEnv } from './client.ts';
import { problem } from './problem-response.ts';
import { type HealthDeps, healthRoutes } from './routes/health.ts';
import { type MetricsDeps, metricsRoutes } from './routes/metrics.ts';

/** HTTP app of a worker process: its health and its metrics. It takes no messages. */
export function createWorkerApp(deps: HealthDeps & MetricsDeps): Hono<ClientEnv> {
  const app = new Hono<ClientEnv>();
  app.use(requestId());
  app.route('/', healthRoutes(deps));
  app.route('/', metricsRoutes(deps));
  app.notFound((c) => problem(c, 'not-found', 'A worker has /health/live, /health/ready and /metrics'));
  return app;
}
