import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../test/support/process/free-port.ts';
import type { Client, Connect, Services } from '../client.ts';

/** Operators' token of the service that is measured. */
export const TOKEN = 'bench-token-of-32-characters-----';

/** The service as `bun start` runs it, in this process. */
export const connect: Connect = (services) => start(services, {});

export async function start(
  { brokers, topic, redisUrl }: Services,
  over: Record<string, string>,
): Promise<Client & { readonly url: string }> {
  const port = await freePort();
  Object.assign(process.env, {
    KAFKA_BROKERS: brokers.join(','),
    KAFKA_TOPIC: topic,
    REDIS_URL: redisUrl,
    HOST: '127.0.0.1',
    PORT: String(port),
    ADMIN_TOKEN: TOKEN,
    LOG_LEVEL: 'error',
    LOG_DIR: join(tmpdir(), `spillway-bench-${process.pid}`),
    ...over,
  });
  await import('../../src/entry/bun.ts');
  return { url: `http://127.0.0.1:${port}`, topic };
}
