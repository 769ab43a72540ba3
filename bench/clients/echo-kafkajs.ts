import { Hono } from 'hono';
import type { Connect } from '../client.ts';
import { plainProducer } from './kafkajs.ts';

/** What is written in ten minutes: Hono, and a KafkaJS that publishes each message. */
export const connect: Connect = async ({ brokers, topic }) => {
  const producer = await plainProducer(brokers);
  const app = new Hono();
  app.post('/v1/messages', async (c) => {
    const { key, value } = await c.req.json<{ key: string; value: unknown }>();
    const id = crypto.randomUUID();
    const message = { key, value: JSON.stringify(value), headers: { 'spillway-id': id } };
    const [record] = await producer.send({ topic, acks: -1, messages: [message] });
    return c.json(
      { id, status: 'published', topic, partition: record?.partition, offset: record?.baseOffset },
      202,
    );
  });
  const { port } = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: app.fetch });
  return { url: `http://127.0.0.1:${port}` };
};
