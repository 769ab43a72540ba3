import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { toEntry } from '../../src/message/entry.ts';
import { aMessage } from '../support/fakes/messages.ts';
import { type KafkaCluster, startCluster } from '../support/kafka/cluster.ts';
import { describeReal, ownRedis } from '../support/process/services.ts';
import { type Spillway, startSpillway } from '../support/process/spillway.ts';
import { until } from '../support/process/wait.ts';
import type { RedisService } from '../support/redis/service.ts';
import { QUEUE, stateOf, TEST_MS } from './stage.ts';

describeReal('beside a topic that cannot be written,', ['localKafka', 'redis'], () => {
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

  const start = async (topics: string, entry: 'api' | 'backfill') => {
    const [KAFKA_TOPIC = ''] = topics.split(',');
    const services = { KAFKA_BROKERS: cluster.brokers, REDIS_URL: redis.url };
    service = await startSpillway({ ...services, KAFKA_TOPIC, KAFKA_TOPICS: topics }, { entry });
  };

  const park = async (topic: string, count: number) => {
    const entries = Array.from({ length: count }, (_, index) =>
      toEntry(aMessage({ id: `${topic}-${index}`, topic })),
    );
    for (let from = 0; from < count; from += 1000)
      await redis.client().lpush(QUEUE, ...entries.slice(from, from + 1000));
  };

  const allPublished = (topic: string, count: number) =>
    until(`${topic} is published`, async () => (await cluster.read(topic)).length === count);

  test(
    'because too few of its replicas are in step, a healthy one is never diverted, and its parked messages leave the list',
    async () => {
      await cluster.createTopic('healthy', { minInsync: 2 });
      await cluster.createTopic('sick', { minInsync: 3 });
      await cluster.kill(3);
      await until('the dead node is out of step', async () => {
        const inSync = await Promise.all([0, 1, 2].map((partition) => cluster.inSync('sick', partition)));
        return inSync.every(({ length }) => length === 2);
      });
      await start('healthy,sick', 'api');
      const isFallback = async (topic: string) =>
        (await service.post({ topic, value: 1 })).headers.has('X-Fallback-Mode');
      const diverted: boolean[] = [];
      for (let round = 0; round < 29; round++) {
        for (let count = 0; count < 6; count++) expect(await isFallback('sick')).toBe(true);
        diverted.push(await isFallback('healthy'));
      }
      expect(diverted).toEqual(diverted.map(() => false));
      expect(await stateOf(service)).toBe(0);
      await park('healthy', 44);
      await allPublished('healthy', 29 + 44);
      await cluster.start(3);
      await allPublished('sick', 29 * 6);
    },
    TEST_MS,
  );

  test(
    'because it is gone, 20,000 parked messages of it hold up nobody behind them, and leave Redis alone afterwards',
    async () => {
      await cluster.createTopic('behind');
      await park('gone', 20_000);
      await park('behind', 100);
      await start('behind,gone', 'backfill');
      await allPublished('behind', 100);
      await until('the worker tells of the other', () => waitsIn(service.output()) !== undefined);
      expect(waitsIn(service.output())).toEndWith(
        'topic=gone reason=UNKNOWN_TOPIC_OR_PARTITION entries=20000',
      );
      // Of all that the worker does in these seconds, a round over the list would be 80 scripts.
      await redis.client().config('RESETSTAT');
      await Bun.sleep(3000);
      const [, scripts] = /evalsha:calls=(\d+)/.exec(await redis.client().info('commandstats')) ?? [];
      expect(Number(scripts ?? 0)).toBeLessThan(20);
      expect(await redis.client().llen(QUEUE)).toBe(20_000);
    },
    TEST_MS,
  );
});

const waitsIn = (output: string) =>
  output.split('\n').find((line) => line.includes('WARNING - Parked messages wait for their topic'));
