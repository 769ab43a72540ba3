import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { toEntry } from '../../src/accept/parse.ts';
import { SMALLEST_BACKLOG } from '../../src/ports/publisher.ts';
import { aMessage } from '../support/fakes.ts';
import type { KafkaService } from '../support/kafka.ts';
import type { RedisService } from '../support/redis.ts';
import { describeReal, ownKafka, ownRedis } from '../support/services.ts';
import { startSpillway } from '../support/spillway.ts';
import { until } from '../support/wait.ts';

const TEST_MS = 120_000;
const QUEUE = 'fallback:message_queue';
/** The first batch of a worker that starts. */
const BATCH = SMALLEST_BACKLOG;

describeReal('the worker, as a process of its own,', ['kafka', 'redis'], () => {
  let kafka: KafkaService;
  let redis: RedisService;
  let topic: string;
  let topics = 0;

  beforeAll(async () => {
    [kafka, redis] = await Promise.all([ownKafka(), ownRedis()]);
  }, TEST_MS);

  afterAll(async () => {
    await Promise.all([kafka.stop(), redis.stop()]);
  });

  beforeEach(async () => {
    topic = `backfill-${topics++}`;
    await kafka.createTopic(topic);
    await redis.flush();
  });

  const startWorker = (variables: Record<string, string> = {}) =>
    startSpillway(
      {
        KAFKA_BROKERS: kafka.brokers,
        REDIS_URL: redis.url,
        KAFKA_TOPIC: topic,
        PUBLISH_TIMEOUT_MS: '1000',
        ...variables,
      },
      { entry: 'backfill' },
    );

  async function fill(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, (_, index) => `parked-${index}`);
    for (let from = 0; from < count; from += 1000) {
      const entries = ids.slice(from, from + 1000).map((id) => toEntry(aMessage({ id, topic, key: id })));
      await redis.client().lpush(QUEUE, ...entries);
    }
    return ids;
  }

  const isDrained = () =>
    until(
      'the list and all claims are empty',
      async () => (await redis.client().keys(`*${QUEUE}*`)).length === 0,
      {
        timeoutMs: 60_000,
      },
    );

  const idsInTopic = async () => (await kafka.read(topic)).map(({ headers }) => headers['spillway-id'] ?? '');

  test(
    'is killed in the middle of a drain: nothing is lost, and at most one batch is there twice',
    async () => {
      const ids = await fill(20_000);
      const first = await startWorker();
      await until('the drain has begun', async () => (await redis.client().llen(QUEUE)) < 18_000, {
        everyMs: 1,
      });
      await first.end('SIGKILL');
      expect(await redis.client().llen(QUEUE)).toBeGreaterThan(0);

      const second = await startWorker();
      await isDrained();
      const found = await idsInTopic();
      expect(new Set(found)).toEqual(new Set(ids));
      expect(found.length - ids.length).toBeLessThanOrEqual(BATCH);
      expect(await second.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test(
    'is killed between publishing and settling: exactly its batch is there twice, under the same ids',
    async () => {
      const ids = await fill(2 * BATCH);
      await kafka.pause();
      const first = await startWorker({ PUBLISH_TIMEOUT_MS: '3000' });
      await until('a batch is claimed', async () => (await redis.client().llen(QUEUE)) === BATCH, {
        everyMs: 1,
      });
      // It reaches Kafka, and the word of it does not reach Redis.
      await redis.kill();
      await kafka.resume();
      await until('the batch is in Kafka', async () => (await kafka.read(topic)).length === BATCH);
      await first.end('SIGKILL');
      await redis.start();

      const second = await startWorker();
      await isDrained();
      const found = await idsInTopic();
      expect(new Set(found)).toEqual(new Set(ids));
      expect(found.length - ids.length).toBe(BATCH);
      expect(await second.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test(
    'works beside another one: no message is published twice',
    async () => {
      const ids = await fill(10_000);
      const workers = await Promise.all([startWorker(), startWorker()]);
      await isDrained();
      const found = await idsInTopic();
      expect(found).toHaveLength(ids.length);
      expect(new Set(found)).toEqual(new Set(ids));
      for (const worker of workers) expect(await worker.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test(
    'stops on SIGTERM in the middle of a drain: nothing is claimed, lost or there twice',
    async () => {
      const ids = await fill(20_000);
      const first = await startWorker();
      await until('the drain has begun', async () => (await redis.client().llen(QUEUE)) < 18_000, {
        everyMs: 1,
      });
      expect(await first.end('SIGTERM')).toBe(0);
      expect(await redis.client().keys(`*${QUEUE}*`)).toEqual([QUEUE]);
      const second = await startWorker();
      await isDrained();
      const found = await idsInTopic();
      expect(found).toHaveLength(ids.length);
      expect(new Set(found)).toEqual(new Set(ids));
      await second.end('SIGTERM');
    },
    TEST_MS,
  );

  test(
    'keeps what can never be published as dead letters, and goes on',
    async () => {
      await fill(3);
      await redis.client().rpush(QUEUE, 'not a message', toEntry(aMessage({ topic: 'no such topic!' })));
      const worker = await startWorker();
      await until('all are published', async () => (await redis.client().llen(QUEUE)) === 0);
      await until('two are dead', async () => (await redis.client().zcard(`{${QUEUE}}:dead-letters`)) === 2);
      expect(await idsInTopic()).toHaveLength(3);
      await until('it is told', () => worker.output().includes('kept as a dead letter'));
      await worker.end('SIGTERM');
    },
    TEST_MS,
  );
});
