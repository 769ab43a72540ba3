import { beforeEach, expect, test } from 'bun:test';
import { LARGEST_BATCH, SMALLEST_BATCH } from '../../src/backfill/pace.ts';
import { toEntry } from '../../src/message/entry.ts';
import { aMessage } from '../support/fakes/messages.ts';
import { until } from '../support/process/wait.ts';
import { describeChaos, QUEUE, TEST_MS } from './stage.ts';

/** The first batch of a worker that starts. */
const FIRST_BATCH = SMALLEST_BATCH;

describeChaos('the worker, as a process of its own,', ['kafka', 'redis'], (stage) => {
  let topic: string;

  beforeEach(async () => {
    topic = await stage.newTopic();
  });

  const startWorker = (variables: Record<string, string> = {}) =>
    stage.start(
      {
        KAFKA_TOPIC: topic,
        PUBLISH_TIMEOUT_MS: '1000',
        ...variables,
      },
      { entry: 'backfill' },
    );

  const isDrained = () =>
    until('the list and all claims are empty', () => stage.isDrained(), { timeoutMs: 60_000 });

  test(
    'is killed in the middle of a drain: nothing is lost, and at most one batch is there twice',
    async () => {
      const ids = await stage.park(topic, 20_000);
      const first = await startWorker();
      await until('the drain has begun', async () => (await stage.redis.client().llen(QUEUE)) < 18_000, {
        everyMs: 1,
      });
      await first.end('SIGKILL');
      expect(await stage.redis.client().llen(QUEUE)).toBeGreaterThan(0);

      const second = await startWorker();
      await isDrained();
      const found = await stage.idsIn(topic);
      expect(new Set(found)).toEqual(new Set(ids));
      expect(found.length - ids.length).toBeLessThanOrEqual(LARGEST_BATCH);
      expect(await second.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test(
    'is killed between publishing and settling: exactly its batch is there twice, under the same ids',
    async () => {
      const ids = await stage.park(topic, 2 * FIRST_BATCH);
      await stage.kafka.pause();
      const first = await startWorker({ PUBLISH_TIMEOUT_MS: '3000' });
      await until(
        'a batch is claimed',
        async () => (await stage.redis.client().llen(QUEUE)) === FIRST_BATCH,
        {
          everyMs: 1,
        },
      );
      // It reaches Kafka, and the word of it does not reach Redis.
      await stage.redis.kill();
      await stage.kafka.resume();
      await until(
        'the batch is in Kafka',
        async () => (await stage.kafka.read(topic)).length === FIRST_BATCH,
      );
      await first.end('SIGKILL');
      await stage.redis.start();

      const second = await startWorker();
      await isDrained();
      const found = await stage.idsIn(topic);
      expect(new Set(found)).toEqual(new Set(ids));
      expect(found.length - ids.length).toBe(FIRST_BATCH);
      expect(await second.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test(
    'works beside another one: no message is published twice',
    async () => {
      const ids = await stage.park(topic, 10_000);
      const workers = await Promise.all([startWorker(), startWorker()]);
      await isDrained();
      const found = await stage.idsIn(topic);
      expect(found).toHaveLength(ids.length);
      expect(new Set(found)).toEqual(new Set(ids));
      for (const worker of workers) expect(await worker.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test(
    'stops on SIGTERM in the middle of a drain: nothing is claimed, lost or there twice',
    async () => {
      const ids = await stage.park(topic, 20_000);
      const first = await startWorker();
      await until('the drain has begun', async () => (await stage.redis.client().llen(QUEUE)) < 18_000, {
        everyMs: 1,
      });
      expect(await first.end('SIGTERM')).toBe(0);
      expect(await stage.redis.client().keys(`*${QUEUE}*`)).toEqual([QUEUE]);
      const second = await startWorker();
      await isDrained();
      const found = await stage.idsIn(topic);
      expect(found).toHaveLength(ids.length);
      expect(new Set(found)).toEqual(new Set(ids));
      await second.end('SIGTERM');
    },
    TEST_MS,
  );

  test(
    'keeps what can never be published as dead letters, and goes on',
    async () => {
      await stage.park(topic, 3);
      await stage.redis
        .client()
        .rpush(QUEUE, 'not a message', toEntry(aMessage({ topic: 'no such topic!' })));
      const worker = await startWorker();
      await until('all are published', async () => (await stage.redis.client().llen(QUEUE)) === 0);
      await until(
        'two are dead',
        async () => (await stage.redis.client().zcard(`{${QUEUE}}:dead-letters`)) === 2,
      );
      expect(await stage.idsIn(topic)).toHaveLength(3);
      await until('it is told', () => worker.output().includes('kept as a dead letter'));
      await worker.end('SIGTERM');
    },
    TEST_MS,
  );
});
