import { Hono } from 'hono';
import type { ClientEnv } from '../client.ts';
import { jsonOnly, localOnly } from '../local-only.ts';
import { allowOnly } from '../problem-response.ts';

/** The embedded log, as developers may use it. */
export interface DevDeps {
  readonly kafka: {
    readonly failing: boolean;
    fail(): void;
    recover(): void;
    read(topic: string, limit: number): readonly unknown[];
  };
  readonly defaultTopic: string;
}

const SHOWN = 20;

/** Commands to try first, for developers. */
export const firstSteps = (url: string) => `
  Post a message:     curl -i ${url}/v1/messages -H 'Content-Type: application/json' -d '{"value": {"hello": "world"}}'
  See what arrived:   curl ${url}/dev/kafka
  Make Kafka fail:    curl -X POST ${url}/dev/kafka/fail -H 'Content-Type: application/json'
  Let it recover:     curl -X POST ${url}/dev/kafka/recover -H 'Content-Type: application/json'
`;

/** The response of `/`. */
const guide = (url: string) => `Spillway takes messages over HTTP and puts them into Kafka.
Kafka is embedded here, so that nothing else has to run.
${firstSteps(url)}
  See whether it is ready:   curl ${url}/health/ready
  Read the metrics:          curl ${url}/metrics
  See the API:               ${url}/docs
  Read the documentation:    README.md and docs/ in the repository
`;

/**
 * Developers' routes. `/dev/kafka` shows the embedded log and switches its simulated failure, for
 * this machine alone; `/` lists the routes.
 */
export function devRoutes({ kafka, defaultTopic }: DevDeps): Hono<ClientEnv> {
  const app = new Hono<ClientEnv>();
  app.use('/dev/*', localOnly);
  app.get('/', (c) => c.text(guide(new URL(c.req.url).origin)));
  app.get('/dev/kafka', (c) => {
    const topic = c.req.query('topic') ?? defaultTopic;
    return c.json({ failing: kafka.failing, topic, latest: kafka.read(topic, SHOWN) });
  });
  app.post('/dev/kafka/fail', jsonOnly, (c) => {
    kafka.fail();
    return c.json({ failing: kafka.failing });
  });
  app.post('/dev/kafka/recover', jsonOnly, (c) => {
    kafka.recover();
    return c.json({ failing: kafka.failing });
  });
  for (const path of ['/', '/dev/kafka']) app.all(path, allowOnly('GET', 'HEAD'));
  for (const path of ['/dev/kafka/fail', '/dev/kafka/recover']) app.all(path, allowOnly('POST'));
  return app;
}
