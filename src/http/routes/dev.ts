import { Hono } from 'hono';
import { allowOnly } from '../errors.ts';

/** The embedded log, as far as a developer may handle it. */
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

/** `/dev/kafka`: a look into the embedded log, and the switch that makes it fail. */
export function devRoutes({ kafka, defaultTopic }: DevDeps): Hono {
  const app = new Hono();
  app.get('/dev/kafka', (c) => {
    const topic = c.req.query('topic') ?? defaultTopic;
    return c.json({ failing: kafka.failing, topic, latest: kafka.read(topic, SHOWN) });
  });
  app.post('/dev/kafka/fail', (c) => {
    kafka.fail();
    return c.json({ failing: kafka.failing });
  });
  app.post('/dev/kafka/recover', (c) => {
    kafka.recover();
    return c.json({ failing: kafka.failing });
  });
  app.all('/dev/kafka', allowOnly('GET', 'HEAD'));
  for (const path of ['/dev/kafka/fail', '/dev/kafka/recover']) app.all(path, allowOnly('POST'));
  return app;
}
