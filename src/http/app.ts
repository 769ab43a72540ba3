import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import type { Log } from '../ports/log.ts';
import type { ClientEnv } from './client-env.ts';
import { problem, shuttingDown } from './errors.ts';
import { type AdminDeps, adminRoutes } from './routes/admin.ts';
import { type DevDeps, devRoutes } from './routes/dev.ts';
import { type HealthDeps, healthRoutes } from './routes/health.ts';
import { type MessagesDeps, messagesRoutes } from './routes/messages.ts';
import { type MetricsDeps, metricsRoutes } from './routes/metrics.ts';
import { type ReceiptsDeps, receiptsRoutes } from './routes/receipts.ts';

export interface AppDeps extends MessagesDeps, ReceiptsDeps, HealthDeps, MetricsDeps {
  readonly log: Log;
  /** Only where there is a token for the operators. */
  readonly admin?: AdminDeps | undefined;
  /** Only with the embedded log. */
  readonly dev?: DevDeps | undefined;
}

export type App = Hono<ClientEnv>;

/** The HTTP side of the service, for every runtime that has `Request` and `Response`. */
export function createApp(deps: AppDeps): App {
  const app: App = new Hono();
  app.use(requestId());
  app.use(async (c, next) => {
    await next();
    if (deps.phase() !== 'serving') c.header('Connection', 'close');
  });
  app.use('/v1/*', async (c, next) => {
    return deps.phase() === 'finishing' ? shuttingDown(c) : next();
  });
  app.route('/', messagesRoutes(deps));
  app.route('/', receiptsRoutes(deps));
  app.route('/', healthRoutes(deps));
  app.route('/', metricsRoutes(deps));
  if (deps.admin) app.route('/', adminRoutes(deps.admin));
  if (deps.dev) app.route('/', devRoutes(deps.dev));
  app.notFound((c) => problem(c, 'not-found', `There is no ${c.req.path}`));
  app.onError((error, c) => {
    deps.log.error('A request failed by a fault of the service', {
      method: c.req.method,
      path: c.req.path,
      requestId: c.get('requestId'),
      stack: error.stack ?? error.message,
    });
    return problem(c, 'internal', 'Send again; if it happens again, report the request id');
  });
  return app;
}
