import { expect, test } from 'bun:test';
import type { Spillway } from '../support/process/spillway.ts';
import { until } from '../support/process/wait.ts';
import { describeChaos, QUEUE, stateOf, TEST_MS } from './stage.ts';

const DETAIL = 'Message processing services temporarily unavailable';

describeChaos('under 50 messages a second', ['kafka', 'redis'], (stage) => {
  let service: Spillway;

  /** A process of its own for each test, on a topic of its own. */
  async function start(): Promise<string> {
    const topic = await stage.newTopic();
    await startOn(topic);
    return topic;
  }

  async function startOn(topic: string, variables: Record<string, string> = {}): Promise<void> {
    service = await stage.start({
      KAFKA_TOPIC: topic,
      PUBLISH_TIMEOUT_MS: '1000',
      KAFKA_BREAKER_RESET_TIMEOUT: '1',
      KAFKA_BREAKER_TIMEOUT_DURATION: '1',
      REDIS_BREAKER_RESET_TIMEOUT: '0.5',
      REDIS_BREAKER_TIMEOUT_DURATION: '0.5',
      ...variables,
    });
  }

  const state = (name: 'kafka' | 'redis') => stateOf(service, name);
  const waiting = () => stage.redis.client().llen(QUEUE);
  const isOpen = (name: 'kafka' | 'redis') =>
    until(`the ${name} circuit is open`, async () => (await state(name)) === 1);
  const isClosed = (name: 'kafka' | 'redis') =>
    until(`the ${name} circuit is closed`, async () => (await state(name)) === 0);
  const isDrained = () =>
    until('the list is drained', async () => {
      const counts = [await waiting(), await service.metric('spillway_fallback_claimed')];
      return counts.every((count) => count === 0);
    });

  async function expectInTopic(topic: string, ids: readonly string[]): Promise<void> {
    const records = await stage.kafka.read(topic);
    const values = new Map(records.map(({ headers, value }) => [headers['spillway-id'], value]));
    const lost = ids.filter((id) => values.get(id) !== JSON.stringify({ id }));
    expect(lost).toEqual([]);
  }

  test.each([
    ['killed', () => stage.kafka.kill(), () => stage.kafka.start()],
    ['frozen', () => stage.kafka.pause(), () => stage.kafka.resume()],
  ])(
    'a broker that is %s costs no client anything: all are answered 202, and all of it is in the topic afterwards',
    async (_, stop, bringBack) => {
      const topic = await start();
      const load = stage.load(service, 50);
      await until('a second of normal traffic', () => load.answers.length >= 50);
      expect(load.answers.some(({ fallback }) => fallback)).toBe(false);

      await stop();
      await isOpen('kafka');
      const openedAt = performance.now();
      const before = await waiting();
      await Bun.sleep(2000);
      const after = await waiting();
      expect(after).toBeGreaterThan(before + 50);
      expect(await service.metric('circuit_breaker_failures_total{service="kafka"}')).toBeGreaterThanOrEqual(
        5,
      );
      const backAt = performance.now();
      await bringBack();

      await isClosed('kafka');
      await until('messages are published again', () => load.answers.at(-1)?.fallback === false);
      await load.stop();
      await isDrained();

      expect(new Set(load.answers.map(({ status }) => status))).toEqual(new Set([202]));
      const meanwhile = load.answers.filter(
        ({ sentAt, answeredAt }) => sentAt > openedAt && answeredAt < backAt,
      );
      expect(meanwhile.length).toBeGreaterThan(50);
      expect(meanwhile.every(({ fallback }) => fallback)).toBe(true);
      const slowest = Math.max(...load.answers.map(({ sentAt, answeredAt }) => answeredAt - sentAt));
      expect(slowest).toBeLessThan(10_000);
      for (const line of [
        'opened - Kafka unavailable',
        'half-open - Testing Kafka connection',
        'closed - Kafka available',
      ])
        expect(service.output()).toContain(`Circuit breaker kafka_producer ${line}`);
      expect(service.output()).toContain('X-Fallback-Mode');
      await expectInTopic(topic, load.accepted);
      expect(await service.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test.each([
    ['killed', () => stage.redis.kill(), () => stage.redis.start()],
    ['frozen', () => stage.redis.pause(), () => stage.redis.resume()],
  ])(
    'a Redis that is %s is not in the way: messages still reach Kafka',
    async (_, stop, bringBack) => {
      const topic = await start();
      const load = stage.load(service, 50);
      await until('traffic', () => load.answers.length >= 10);
      await stop();
      await isOpen('redis');
      const count = load.answers.length;
      await until('a second of traffic without Redis', () => load.answers.length >= count + 50);
      await bringBack();
      await isClosed('redis');
      await load.stop();
      expect(load.answers.every(({ status, fallback }) => status === 202 && !fallback)).toBe(true);
      expect(service.output()).toContain('Circuit breaker redis_client opened - Redis unavailable');
      expect(service.output()).toContain('Circuit breaker redis_client closed - Redis available');
      await expectInTopic(topic, load.accepted);
      expect(await service.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test(
    'with both killed clients get the 503 that the contract names, and after the recovery nothing accepted is missing',
    async () => {
      const topic = await start();
      const load = stage.load(service, 50);
      await until('traffic', () => load.answers.length >= 10);
      await stage.kafka.kill();
      await until('messages are parked', () => load.answers.at(-1)?.fallback);
      await stage.redis.kill();
      await Promise.all([isOpen('kafka'), isOpen('redis')]);
      const count = load.answers.length;
      await until('a second of refusals', () => load.answers.length >= count + 50);
      expect((await fetch(`${service.url}/health/ready`)).status).toBe(503);

      await stage.redis.start();
      await until('messages are parked again', () => load.answers.at(-1)?.fallback);
      await stage.kafka.start();
      await until('messages are published again', () => {
        const last = load.answers.at(-1);
        return last?.status === 202 && !last.fallback;
      });
      await load.stop();
      await isDrained();

      const refused = load.answers.filter(({ status }) => status !== 202);
      expect(refused.length).toBeGreaterThanOrEqual(50);
      expect(refused.every(({ status, detail }) => status === 503 && detail === DETAIL)).toBe(true);
      expect(service.output()).toContain(
        'ERROR - Both Kafka and Redis circuits open - cannot process message',
      );
      await expectInTopic(topic, load.accepted);
      expect(await service.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test(
    'the API starts while both are down, and takes messages as soon as either is up',
    async () => {
      const topic = await stage.newTopic();
      await Promise.all([stage.kafka.kill(), stage.redis.kill()]);
      await startOn(topic);
      expect((await service.post({ value: 1 })).status).toBe(503);
      await stage.redis.start();
      const parked = await until('the list takes messages', async () => {
        const response = await service.post({ id: 'parked', value: { id: 'parked' } });
        return response.status === 202 && response;
      });
      expect(parked.headers.get('X-Fallback-Mode')).toBe('true');
      await stage.kafka.start();
      await until('Kafka takes messages', async () => {
        const response = await service.post({ id: 'published', value: { id: 'published' } });
        return !response.headers.has('X-Fallback-Mode');
      });
      await isDrained();
      await expectInTopic(topic, ['parked', 'published']);
      expect(await service.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test(
    'SIGTERM finishes what is in flight, refuses what is new, and ends within 10 s',
    async () => {
      const topic = await start();
      await service.post({ value: 'first' });
      await stage.kafka.pause();
      const inFlight = service.post({ id: 'late', value: { id: 'late' } });
      await Bun.sleep(200);
      const began = performance.now();
      const ended = service.end('SIGTERM');
      await until('new messages are refused', async () => {
        const status = await service.post({ value: 'new' }).then(
          (response) => response.status,
          () => 503,
        );
        return status === 503;
      });
      const response = await inFlight;
      expect([response.status, response.headers.get('X-Fallback-Mode')]).toEqual([202, 'true']);
      expect(await ended).toBe(0);
      expect(performance.now() - began).toBeLessThan(10_000);
      await stage.kafka.resume();
      await startOn(topic);
      await isDrained();
      await expectInTopic(topic, ['late']);
      expect(await service.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  test(
    'SIGTERM parks what would wait longer for a frozen Kafka, and still ends within 10 s',
    async () => {
      const topic = await start();
      await service.end('SIGTERM');
      await startOn(topic, { PUBLISH_TIMEOUT_MS: '60000' });
      await service.post({ value: 'first' });
      await stage.kafka.pause();
      const inFlight = service.post({ id: 'patient', value: { id: 'patient' } });
      await Bun.sleep(200);
      const began = performance.now();
      const ended = service.end('SIGTERM');
      const response = await inFlight;
      expect([response.status, response.headers.get('X-Fallback-Mode')]).toEqual([202, 'true']);
      expect(await ended).toBe(0);
      expect(performance.now() - began).toBeLessThan(10_000);
      await stage.kafka.resume();
      await startOn(topic);
      await isDrained();
      await expectInTopic(topic, ['patient']);
      expect(await service.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );
});
