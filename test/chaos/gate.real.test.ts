import { expect, test } from 'bun:test';
import { idKey } from '../../src/message/id-key.ts';
import { switchKafka } from '../support/process/spillway.ts';
import { LagMeter } from '../support/process/lag-meter.ts';
import { until } from '../support/process/wait.ts';
import { describeChaos, TEST_MS } from './stage.ts';

describeChaos('limit, ids and receipts in a real Redis', ['redis'], (stage) => {
  const start = (variables: Record<string, string> = {}) =>
    stage.start({ KAFKA_BREAKER_RESET_TIMEOUT: '0.3', ...variables });

  test(
    'the id of a message is taken once, by whichever process it comes; its receipt goes from queued to published',
    async () => {
      const service = await start();
      const { post } = service;
      const other = await stage.start({ BACKFILL: 'off' });
      const receipt = async (id: string) =>
        (await (await fetch(`${other.url}/v1/messages/${id}`)).json()) as Record<string, unknown>;

      const first = await post({ id: 'once', value: 1 });
      await until('the receipt is there', async () => (await receipt('once'))['status'] === 'published');
      const second = await other.post({ id: 'once', value: 1 });
      expect([second.status, second.headers.get('Idempotency-Replayed')]).toEqual([202, 'true']);
      expect(await second.json()).toEqual(await first.json());

      // As another process leaves it that is publishing right now.
      await stage.redis.client().set(`spillway:message:${idKey({ id: 'held' })}`, 'held:nonce', 'PX', 60_000);
      const conflict = await post({ id: 'held', value: 1 });
      expect([conflict.status, conflict.headers.get('Retry-After')]).toEqual([409, '1']);

      await switchKafka(service, 'fail');
      const parked = await post({ id: 'parked', value: 1 });
      expect(parked.headers.get('X-Fallback-Mode')).toBe('true');
      await until('it is queued', async () => (await receipt('parked'))['status'] === 'queued');
      const again = await other.post({ id: 'parked', value: 1 });
      expect(again.headers.get('X-Fallback-Mode')).toBe('true');
      expect(again.headers.get('Idempotency-Replayed')).toBe('true');
      await switchKafka(service, 'recover');
      await until('it is published', async () => (await receipt('parked'))['status'] === 'published');
      expect(await receipt('parked')).toMatchObject({ topic: 'messages', partition: 0, offset: '1' });
      expect(await stage.redis.client().ttl(`spillway:message:${idKey({ id: 'parked' })}`)).toBeWithin(
        590,
        601,
      );
      await other.end('SIGKILL');
    },
    TEST_MS,
  );

  test(
    'of many at once with one id exactly one is written',
    async () => {
      const { url, post } = await start();
      const answers = await Promise.all(Array.from({ length: 50 }, () => post({ id: 'one', value: 1 })));
      const isNew = answers.filter(
        ({ status, headers }) => status === 202 && !headers.has('Idempotency-Replayed'),
      );
      expect(isNew).toHaveLength(1);
      expect(answers.every(({ status }) => status === 202 || status === 409)).toBe(true);
      const { latest } = (await (await fetch(`${url}/dev/kafka`)).json()) as { latest: unknown[] };
      expect(latest).toHaveLength(1);
    },
    TEST_MS,
  );

  test(
    'a client over its limit is answered 429, and its share comes back',
    async () => {
      const { post } = await start({ RATE_LIMIT_MAX: '4', RATE_LIMIT_WINDOW_SECONDS: '4' });
      const answers = await Promise.all(Array.from({ length: 10 }, () => post({ value: 1 })));
      expect(answers.filter(({ status }) => status === 202)).toHaveLength(4);
      const limited = answers.filter(({ status }) => status === 429);
      expect(limited).toHaveLength(6);
      expect(limited[0]?.headers.get('Retry-After')).toBe('1');
      expect(limited[0]?.headers.get('RateLimit')).toMatch(/^"default";r=0;t=[34]$/);
      await until('the client is let in again', async () => (await post({ value: 1 })).status === 202);
    },
    TEST_MS,
  );

  test.each([
    ['killed', () => stage.redis.kill(), () => stage.redis.start()],
    ['frozen', () => stage.redis.pause(), () => stage.redis.resume()],
  ])(
    'with Redis %s everyone is let in, and no one waits longer than 300 ms',
    async (_, stop, bringBack) => {
      const { url, post, metric } = await start({
        RATE_LIMIT_MAX: '1000000',
        RATE_LIMIT_WINDOW_SECONDS: '1',
        REDIS_BREAKER_RESET_TIMEOUT: '0.5',
        REDIS_BREAKER_TIMEOUT_DURATION: '0.5',
      });
      for (let count = 0; count < 20; count++) await post({ id: `warm-${count}`, value: 1 });
      await stop();
      const times: number[] = [];
      const lag = new LagMeter();
      for (let count = 0; count < 100; count++) {
        const began = performance.now();
        expect((await post({ id: `away-${count}`, value: 1 })).status).toBe(202);
        times.push(performance.now() - began);
        await Bun.sleep(10);
      }
      // What this process is late by is the machine's.
      expect(Math.max(...times) - lag.stop()).toBeLessThan(300);
      expect(await metric('spillway_gate_bypassed_total')).toBeGreaterThan(0);
      expect((await fetch(`${url}/v1/messages/warm-0`)).status).toBe(503);
      await bringBack();
      // What was recorded meanwhile is written now.
      await until('the receipts are written', async () =>
        stage.redis.client().get(`spillway:message:${idKey({ id: 'away-99' })}`),
      );
      expect((await fetch(`${url}/v1/messages/away-99`)).status).toBe(200);
    },
    TEST_MS,
  );
});
