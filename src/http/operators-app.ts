import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import type { Log } from '../ports/log.ts';
import type { ClientEnv } from './client.ts';
import { respond } from './answer.ts';
import { internalError } from './internal-error.ts';
import { problem } from './problem-response.ts';
import { type AdminDeps, adminRoutes } from './routes/admin.ts';
import { type HealthDeps, healthRoutes } from './routes/health.ts';
import { type MetricsDeps, metricsRoutes } from './routes/metrics.ts';
import { withSecureHeaders } from './secure-headers.ts';

export interface OperatorsAppDeps extends HealthDeps, MetricsDeps {
  readonly log: Log;
  /** Undefined without a token, and for a worker. */
  readonly admin?: AdminDeps | undefined;
}

/** HTTP app on the operators' port, of a worker or beside the API: health and metrics. It takes no messages. */
export function createOperatorsApp({ admin, log, ...deps }: OperatorsAppDeps): Hono<ClientEnv> {
  const app = new Hono<ClientEnv>();
  app.use(requestId());
  app.use(withSecureHeaders);
  app.route('/', healthRoutes(deps));
  app.route('/', metricsRoutes(deps));
  if (admin) app.route('/', adminRoutes(admin));
  const paths = `/health/live, /health/ready${admin ? ', /metrics and /admin' : ' and /metrics'}`;
  app.notFound((c) => problem(c, 'not-found', `This port has ${paths}`));
  app.onError((error, c) => {
    const { method, path } = c.req;
    return respond(c, internalError(log, error, { method, path, requestId: c.get('requestId') }));
  });
  return app;
}
