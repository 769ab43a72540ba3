import { expect, test } from 'bun:test';
import { LagMeter } from '../support/process/lag-meter.ts';
import { waitOf } from '../support/http/load.ts';
import { until } from '../support/process/wait.ts';
import { describeChaos, stateOf, TEST_MS } from './stage.ts';

const PER_SECOND = 200;
const WINDOW_S = Number(process.env['CHAOS_SECONDS'] ?? 16) / 4;
const COUNT = PER_SECOND * WINDOW_S;

describeChaos(`under ${PER_SECOND} messages a second, with limits and ids,`, ['kafka', 'redis'], (stage) => {
  test.each([
    // The promise is 10 ms; the rest is for a busy machine.
    ['killed', 100, () => stage.redis.kill(), () => stage.redis.start()],
    // Nothing tells that it is gone: until the circuit opens, each message waits its 150 ms for the gate.
    ['frozen', 250, () => stage.redis.pause(), () => stage.redis.resume()],
  ])(
    'a Redis that is %s costs no message its place in Kafka, and p99 less than %i ms',
    async (how, mostMoreMs, stop, bringBack) => {
      const topic = await stage.newTopic();
      const service = await stage.start({
        KAFKA_TOPIC: topic,
        RATE_LIMIT_MAX: '1000000',
        RATE_LIMIT_WINDOW_SECONDS: '1',
        REDIS_BREAKER_RESET_TIMEOUT: '0.5',
        REDIS_BREAKER_TIMEOUT_DURATION: '0.5',
      });
      const load = stage.load(service, PER_SECOND);
      /** The next messages to be answered, those that are under way included. */
      const next = async () => {
        const from = performance.now();
        const those = () => load.answers.filter(({ answeredAt }) => answeredAt >= from);
        await until('they are answered', () => those().length >= COUNT);
        return those().slice(0, COUNT);
      };
      await next();
      const lag = new LagMeter();
      const before = await next();
      const [after] = await Promise.all([next(), stop()]);
      const lateBy = lag.stop();
      await bringBack();
      await until('Redis is back', async () => (await stateOf(service, 'redis')) === 0);
      await load.stop();

      const told = [before, after].map((answers) =>
        [50, 99, 100].map((percent) => waitOf(answers, percent).toFixed(1)).join(' / '),
      );
      console.log(
        `Redis ${how}: p50 / p99 / most of ${COUNT} before ${told[0]} ms, after ${told[1]} ms (timers late by ${lateBy.toFixed(0)})`,
      );
      expect(load.answers.filter(({ status, fallback }) => status !== 202 || fallback)).toEqual([]);
      expect(await service.metric('spillway_gate_bypassed_total')).toBeGreaterThan(0);
      expect(waitOf(after, 99) - waitOf(before, 99)).toBeLessThan(mostMoreMs + lateBy);
      const ids = new Set(await stage.idsIn(topic));
      expect(load.accepted.filter((id) => !ids.has(id))).toEqual([]);
      expect(await service.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );
});
