import { afterAll, afterEach, beforeAll, test } from 'bun:test';
import { Load } from '../support/http/load.ts';
import { type KafkaCluster, startCluster } from '../support/kafka/cluster.ts';
import { describeReal, ownRedis } from '../support/process/services.ts';
import { type Spillway, startSpillway } from '../support/process/spillway.ts';
import { until } from '../support/process/wait.ts';
import type { RedisService } from '../support/redis/service.ts';
import { publishedAfter, reportRun } from './run-report.ts';
import { QUEUE, TEST_MS } from './stage.ts';

const PER_SECOND = 300;
const ILL_MS = 6000;

describeReal('with one of three brokers ill,', ['localKafka', 'redis'], () => {
  let cluster: KafkaCluster;
  let redis: RedisService;
  let service: Spillway;

  beforeAll(async () => {
    [cluster, redis] = await Promise.all([startCluster(), ownRedis()]);
  }, TEST_MS);

  afterEach(async () => {
    await service.end('SIGKILL');
    await redis.flush();
  });

  afterAll(() => Promise.all([cluster.stop(), redis.stop()]));

  test.each([
    ['frozen', () => cluster.pause(2), () => cluster.resume(2)],
    ['killed', () => cluster.kill(2), () => cluster.start(2)],
  ])(
    '%s for six seconds, no client waits for it, and nothing is lost',
    async (illness, begin, end) => {
      const topic = `one-${illness}`;
      await cluster.createTopic(topic);
      // Each leads a partition.
      for (const id of [1, 2, 3] as const) await cluster.moveLeader(topic, id - 1, id);
      service = await startSpillway({
        KAFKA_BROKERS: cluster.brokers,
        REDIS_URL: redis.url,
        KAFKA_TOPIC: topic,
        KAFKA_BREAKER_RESET_TIMEOUT: '1',
        KAFKA_BREAKER_TIMEOUT_DURATION: '1',
      });
      const load = new Load(service, PER_SECOND);
      await until('a second of normal traffic', () => load.answers.length >= PER_SECOND);
      await begin();
      await Bun.sleep(ILL_MS);
      await end();
      const backAt = performance.now();
      await until('messages are published', () => publishedAfter(load, backAt) !== undefined);
      await load.stop();
      const isDrained = async () => (await redis.client().keys(`*${QUEUE}*`)).length === 0;
      await until('the list is drained', isDrained, { timeoutMs: 60_000 });
      const ids = (await cluster.read(topic)).map(({ headers }) => headers['spillway-id'] ?? '');
      reportRun(`One of three brokers ${illness} for ${ILL_MS} ms`, load, ids, backAt);
    },
    TEST_MS,
  );
});
