import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { RedisService } from '../support/redis/service.ts';
import { freePort } from '../support/process/free-port.ts';
import { describeReal, ownRedis } from '../support/process/services.ts';
import { type Spillway, startSpillway } from '../support/process/spillway.ts';
import { until } from '../support/process/wait.ts';

/** An address at which nobody listens. */
const nowhere = async () => `127.0.0.1:${await freePort()}`;

async function ready(service: Spillway) {
  const response = await fetch(`${service.url}/health/ready`);
  return { code: response.status, body: (await response.json()) as Record<string, unknown> };
}

describeReal('Addresses at which nobody listens', ['bun'], () => {
  test('are told from the first answer on, and the service is never ready', async () => {
    const service = await startSpillway({
      KAFKA_BROKERS: await nowhere(),
      REDIS_URL: `redis://${await nowhere()}`,
    });
    const codes = new Set<number>();
    await until('both reasons are told', async () => {
      const { code, body } = await ready(service);
      codes.add(code);
      const { kafka, redis } = body['reasons'] as Record<string, string | undefined>;
      return kafka?.includes('ECONNREFUSED') && redis?.includes('ECONNREFUSED');
    });
    expect([...codes]).toEqual([503]);
    await service.end('SIGTERM');
  }, 60_000);
});

describeReal('A Redis that answers reads and refuses writes', ['redis'], () => {
  let redis: RedisService;

  beforeAll(async () => {
    redis = await ownRedis();
  }, 60_000);
  afterAll(() => redis.stop());

  test('opens its circuit under the reads of a worker, and is not ready without Kafka', async () => {
    const service = await startSpillway({
      KAFKA_BROKERS: await nowhere(),
      REDIS_URL: redis.url,
      REDIS_BREAKER_RESET_TIMEOUT: '0.5',
      REDIS_BREAKER_TIMEOUT_DURATION: '0.5',
    });
    await until('Redis has answered', async () => (await ready(service)).code === 200);
    await redis.client().config('SET', 'min-replicas-to-write', '1');
    await until('it is not ready', async () => (await ready(service)).code === 503);
    await until('the circuit is open', async () => service.output().includes('redis_client opened'));
    const { reasons } = (await ready(service)).body as { reasons: Record<string, string> };
    expect(reasons['redis']).toContain('NOREPLICAS');
    await redis.client().config('SET', 'min-replicas-to-write', '0');
    await until('it is ready again', async () => (await ready(service)).code === 200);
    await service.end('SIGTERM');
  }, 120_000);
});
