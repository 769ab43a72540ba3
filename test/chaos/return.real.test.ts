import { beforeEach, expect, test } from 'bun:test';
import { LagMeter } from '../support/process/lag-meter.ts';
import { type Answer, waitOf } from '../support/http/load.ts';
import { ADMIN_TOKEN, force } from '../support/process/spillway.ts';
import { until } from '../support/process/wait.ts';
import { describeChaos, stateOf, TEST_MS } from './stage.ts';

const BACKLOG = 20_000;
const PER_SECOND = 200;

describeChaos('when Kafka comes back,', ['kafka', 'redis'], (stage) => {
  let topic: string;

  beforeEach(async () => {
    topic = await stage.newTopic();
  });

  const start = (resetTimeout: string) =>
    stage.start({
      KAFKA_TOPIC: topic,
      KAFKA_BREAKER_RESET_TIMEOUT: resetTimeout,
      KAFKA_BREAKER_TIMEOUT_DURATION: resetTimeout,
      ADMIN_TOKEN,
    });

  test.each([[0], [100]])(
    'the circuit closes without traffic, with %i messages parked',
    async (parked) => {
      const resetTimeout = 6;
      const service = await start(String(resetTimeout));
      await stage.kafka.kill();
      await Promise.all(Array.from({ length: 10 }, (_, index) => service.post({ value: index })));
      await until('the circuit is open', async () => (await stateOf(service)) === 1, { everyMs: 5 });
      const openedAt = performance.now();
      if (parked === 0) await stage.redis.flush();
      else await stage.park(topic, parked);
      await stage.kafka.start();
      await until('the circuit is closed', async () => (await stateOf(service)) === 0, { everyMs: 5 });
      const tookMs = performance.now() - openedAt;
      console.log(
        `Kafka back, no traffic, ${parked} parked: closed ${tookMs.toFixed(0)} ms after it had opened, reset_timeout is ${resetTimeout} s`,
      );
      expect(tookMs).toBeGreaterThan(resetTimeout * 1000 - 100);
      // The promise is one second; the rest is for a busy machine.
      expect(tookMs).toBeLessThan(resetTimeout * 1000 + 5000);
      await until('the backlog is drained', () => stage.isDrained());
      expect(await service.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test(
    `a backlog of ${BACKLOG} is drained, and costs live messages less than 20 ms of p99`,
    async () => {
      const service = await start('0.5');
      const load = stage.load(service, PER_SECOND);
      const published = () => load.answers.filter(({ status, fallback }) => status === 202 && !fallback);
      await until('it is warm', () => published().length >= 2 * PER_SECOND);
      const before = await next(published, 4 * PER_SECOND);

      // By an operator's word: a broker that has just started is slow by itself.
      await force(service, 'forced-open');
      await stage.park(topic, BACKLOG);
      await force(service, 'auto');
      await until('the circuit is closed', async () => (await stateOf(service)) === 0, { everyMs: 5 });
      const lag = new LagMeter();
      const from = performance.now();
      await until('the backlog is drained', () => stage.isDrained(), { everyMs: 10 });
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
      const present = new Set(await stage.idsIn(topic));
      expect(load.accepted.filter((id) => !present.has(id))).toEqual([]);
      expect(present.size).toBe(BACKLOG + load.accepted.length);
      expect(await service.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );
});

/** The next `count` messages that are published. */
async function next(published: () => readonly Answer[], count: number): Promise<readonly Answer[]> {
  const from = published().length;
  await until('they are published', () => published().length >= from + count);
  return published().slice(from, from + count);
}
