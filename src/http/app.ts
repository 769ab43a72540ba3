import { Hono, type MiddlewareHandler } from 'hono';
import { requestId } from 'hono/request-id';
import { shorten } from '../common/shorten.ts';
import type { Log } from '../ports/log.ts';
import type { Authenticate } from './auth/authenticate.ts';
import { authenticated } from './auth/authenticated.ts';
import type { ClientEnv } from './client.ts';
import { respond } from './answer.ts';
import { crossOrigin } from './cors.ts';
import { withSecureHeaders } from './secure-headers.ts';
import { internalError } from './internal-error.ts';
import { problem, shuttingDown } from './problem-response.ts';
import { type AdminDeps, adminRoutes } from './routes/admin.ts';
import { type DevDeps, devRoutes } from './routes/dev.ts';
import { type EventsDeps, eventsRoutes } from './routes/events.ts';
import { type HealthDeps, healthRoutes } from './routes/health.ts';
import { inKafkaRestForm } from './kafka-rest/errors.ts';
import { type KafkaRestV2Deps, kafkaRestV2Routes } from './routes/kafka-rest-v2.ts';
import { type KafkaRestV3Deps, kafkaRestV3Routes } from './routes/kafka-rest-v3.ts';
import { type MessagesDeps, messagesRoutes } from './routes/messages.ts';
import { type MetricsDeps, metricsRoutes } from './routes/metrics.ts';
import { openApiDocument } from './openapi/document.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { type RawDeps, rawRoutes } from './routes/raw.ts';
import { type ReceiptsDeps, receiptsRoutes } from './routes/receipts.ts';

export interface AppDeps
  extends MessagesDeps, RawDeps, EventsDeps, KafkaRestV2Deps, KafkaRestV3Deps, ReceiptsDeps, HealthDeps {
  readonly log: Log;
  readonly authenticate: Authenticate;
  /** Topics that clients may name. */
  readonly topics: ReadonlySet<string>;
  /** Whether clients need a key. */
  readonly hasKeys: boolean;
  /** Origins of pages that may send from browsers. */
  readonly corsOrigins: readonly string[];
  /** Undefined where operators have a port of their own. */
  readonly metrics?: MetricsDeps['metrics'] | undefined;
  /** Operators' routes; undefined without a token, and where they have a port of their own. */
  readonly admin?: AdminDeps | undefined;
  /** Developers' routes; undefined without the embedded log. */
  readonly dev?: DevDeps | undefined;
}

export type App = Hono<ClientEnv>;

/** Paths of the Kafka REST family. */
const KAFKA_REST = ['/topics', '/topics/*', '/brokers', '/v3/*'];
/** Paths of clients, who may need a key. */
const CLIENTS = ['/v1/*', ...KAFKA_REST];

/** HTTP app of the service, for every runtime with `Request` and `Response`. */
export function createApp(deps: AppDeps): App {
  const app: App = new Hono();
  app.use(requestId());
  app.use(withSecureHeaders);
  if (deps.corsOrigins.length > 0) useAt(app, CLIENTS, crossOrigin(deps.corsOrigins));
  app.use(async (c, next) => {
    await next();
    if (deps.phase() !== 'serving') c.header('Connection', 'close');
  });
  app.use(async (c, next) => {
    await next();
    // As long as that of GET (RFC 9110, section 9.3.2): the body is dropped afterwards.
    if (c.req.method === 'HEAD')
      c.header('Content-Length', String((await c.res.clone().arrayBuffer()).byteLength));
  });
  useAt(app, KAFKA_REST, inKafkaRestForm);
  useAt(app, CLIENTS, async (c, next) => (deps.phase() === 'finishing' ? shuttingDown(c) : next()));
  useAt(app, CLIENTS, authenticated(deps.authenticate));
  app.route('/', messagesRoutes(deps));
  app.route('/', rawRoutes(deps));
  app.route('/', eventsRoutes(deps));
  app.route('/', receiptsRoutes(deps));
  app.route('/', kafkaRestV2Routes(deps));
  app.route('/', kafkaRestV3Routes(deps));
  app.route('/', healthRoutes(deps));
  app.route(
    '/',
    openApiRoutes(() => openApiDocument(documentOptions(deps))),
  );
  if (deps.metrics) app.route('/', metricsRoutes({ metrics: deps.metrics }));
  if (deps.admin) app.route('/', adminRoutes(deps.admin));
  if (deps.dev) app.route('/', devRoutes(deps.dev));
  app.notFound((c) => problem(c, 'not-found', `There is no ${shorten(c.req.path)}`));
  app.onError((error, c) => {
    const { method, path } = c.req;
    return respond(c, internalError(deps.log, error, { method, path, requestId: c.get('requestId') }));
  });
  return app;
}

function useAt(app: App, paths: readonly string[], middleware: MiddlewareHandler): void {
  for (const path of paths) app.use(path, middleware);
}

function documentOptions({ topics, hasKeys, metrics, admin }: AppDeps) {
  return { topics, hasKeys, hasMetrics: metrics !== undefined, hasAdmin: admin !== undefined };
}
