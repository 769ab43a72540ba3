import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { toEntry } from '../../src/accept/parse.ts';
import { aMessage } from '../support/fakes.ts';
import type { KafkaService } from '../support/kafka.ts';
import { LagMeter } from '../support/lag-meter.ts';
import { type Answer, Load, waitOf } from '../support/load.ts';
import type { RedisService } from '../support/redis.ts';
import { describeReal, ownKafka, ownRedis } from '../support/services.ts';
import { ADMIN_TOKEN, force, type Spillway, startSpillway } from '../support/spillway.ts';
import { until } from '../support/wait.ts';

const TEST_MS = 120_000;
const QUEUE = 'fallback:message_queue';
const BACKLOG = 20_000;
const PER_SECOND = 200;

const stateOf = (service: Spillway) => service.metric('circuit_breaker_state{service="kafka"}');

describeReal('when Kafka comes back,', ['kafka', 'redis'], () => {
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
    topic = `return-${topics++}`;
    await kafka.createTopic(topic);
    await redis.flush();
  });

  const start = (resetTimeout: string) =>
    startSpillway({
      KAFKA_BROKERS: kafka.brokers,
      REDIS_URL: redis.url,
      KAFKA_TOPIC: topic,
      KAFKA_BREAKER_RESET_TIMEOUT: resetTimeout,
      KAFKA_BREAKER_TIMEOUT_DURATION: resetTimeout,
      ADMIN_TOKEN,
    });

  const isDrained = async () => (await redis.client().keys(`*${QUEUE}*`)).length === 0;
  const ids = async () => new Set((await kafka.read(topic)).map(({ headers }) => headers['spillway-id']));

  test.each([[0], [100]])(
    'the circuit closes without traffic, with %i messages parked',
    async (parked) => {
      const resetTimeout = 6;
      const service = await start(String(resetTimeout));
      await kafka.kill();
      await Promise.all(Array.from({ length: 10 }, (_, index) => service.post({ value: index })));
      await until('the circuit is open', async () => (await stateOf(service)) === 1, { everyMs: 5 });
      const openedAt = performance.now();
      if (parked === 0) await redis.flush();
      else await fill(redis, topic, parked);
      await kafka.start();
      await until('the circuit is closed', async () => (await stateOf(service)) === 0, { everyMs: 5 });
      const tookMs = performance.now() - openedAt;
      console.log(
        `Kafka back, no traffic, ${parked} parked: closed ${tookMs.toFixed(0)} ms after it had opened, reset_timeout is ${resetTimeout} s`,
      );
      expect(tookMs).toBeGreaterThan(resetTimeout * 1000 - 100);
      // The promise is one second; the rest is for a busy machine.
      expect(tookMs).toBeLessThan(resetTimeout * 1000 + 5000);
      await until('the backlog is drained', isDrained);
      expect(await service.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test(
    `a backlog of ${BACKLOG} is drained, and costs live messages less than 20 ms of p99`,
    async () => {
      const service = await start('0.5');
      const load = new Load(service, PER_SECOND);
      const published = () => load.answers.filter(({ status, fallback }) => status === 202 && !fallback);
      await until('it is warm', () => published().length >= 2 * PER_SECOND);
      const before = await next(published, 4 * PER_SECOND);

      // By an operator's word: a broker that has just started is slow by itself.
      await force(service, 'forced-open');
      await fill(redis, topic, BACKLOG);
      await force(service, 'auto');
      await until('the circuit is closed', async () => (await stateOf(service)) === 0, { everyMs: 5 });
      const lag = new LagMeter();
      const from = performance.now();
      await until('the backlog is drained', isDrained, { everyMs: 10 });
      const drainedIn = performance.now() - from;
      const lateBy = lag.stop();
      const during = published().filter(({ answeredAt }) => answeredAt >= from);
      await load.stop();

      const told = [before, during].map((answers) =>
        [50, 99, 100].map((percent) => waitOf(answers, percent).toFixed(1)).join(' / '),
      );
      console.log(
        `${BACKLOG} drained in ${drainedIn.toFixed(0)} ms under ${PER_SECOND} live a second: p50 / p99 / most before ${told[0]} ms, during ${told[1]} ms, of ${during.length} (timers late by ${lateBy.toFixed(0)})`,
      );
      expect(load.answers.filter(({ status }) => status !== 202)).toEqual([]);
      // The promise is 20 ms; the rest is for a busy machine.
      expect(waitOf(during, 99) - waitOf(before, 99)).toBeLessThan(200 + lateBy);
      const present = await ids();
      expect(load.accepted.filter((id) => !present.has(id))).toEqual([]);
      expect(present.size).toBe(BACKLOG + load.accepted.length);
      expect(await service.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );
});

/** The next so many that are published. */
async function next(published: () => readonly Answer[], count: number): Promise<readonly Answer[]> {
  const from = published().length;
  await until('they are published', () => published().length >= from + count);
  return published().slice(from, from + count);
}

async function fill(redis: RedisService, topic: string, count: number): Promise<void> {
  const entries = Array.from({ length: count }, (_, index) =>
    toEntry(aMessage({ id: `parked-${index}`, topic, key: `parked-${index}` })),
  );
  for (let from = 0; from < count; from += 1000)
    await redis.client().lpush(QUEUE, ...entries.slice(from, from + 1000));
}
