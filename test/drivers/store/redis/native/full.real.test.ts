import { afterEach, beforeEach, expect, test } from 'bun:test';
import { RedisStore } from '../../../../../src/drivers/store/redis/native/store.ts';
import { UpstashStore } from '../../../../../src/drivers/store/redis/upstash/store.ts';
import { describeReal, ownRedis } from '../../../../support/process/services.ts';
import type { RedisService } from '../../../../support/redis/service.ts';
import { until } from '../../../../support/process/wait.ts';
import { UpstashServer } from '../../../../support/redis/upstash-server.ts';

const MESSAGE = 'x'.repeat(700_000);

describeReal('a Redis that is nearly full', ['redis'], () => {
  let redis: RedisService;
  let rest: UpstashServer;
  let stores: (RedisStore | UpstashStore)[];

  beforeEach(async () => {
    redis = await ownRedis();
    rest = await UpstashServer.start(redis.url);
    stores = [new RedisStore(redis.url), new UpstashStore({ url: rest.url, token: rest.token })];
    for (const store of stores) await store.list.park(['first']);
  });

  afterEach(async () => {
    for (const store of stores) await store.close();
    await rest.stop();
    await redis.stop();
  });

  /** Leaves so much memory. */
  const leave = async (bytes: number) => {
    const used = Number(/^used_memory:(\d+)/m.exec(await redis.client().info('memory'))?.[1]);
    await redis.client().config('SET', 'maxmemory', String(used + bytes));
  };

  test('is down once it has refused a message, and up when a message of that size fits', async () => {
    for (const store of stores) {
      await leave(400_000);
      expect((await store.list.park(['small'])).kind).toBe('done');
      expect(await store.list.park([MESSAGE])).toMatchObject({
        kind: 'failed',
        reason: expect.stringContaining('OOM'),
      });
      // Redis frees the buffer of the message a while later.
      await until('small writes pass', async () => {
        const push = redis.client().lpushx('nowhere', '');
        return push.then(() => true).catch(() => false);
      });
      for (let count = 0; count < 3; count++)
        expect(await store.probe()).toMatchObject({ kind: 'down', reason: expect.stringContaining('OOM') });
      await leave(5_000_000);
      expect(await store.probe()).toEqual({ kind: 'up' });
      expect((await store.list.park([MESSAGE])).kind).toBe('done');
    }
  });

  test('is down without a message, if hardly any would fit', async () => {
    for (const store of stores) {
      await leave(30_000);
      expect(await store.probe()).toMatchObject({ kind: 'down' });
    }
  });

  test('answers what it holds, and whether there is room, while it is full', async () => {
    await redis.client().config('SET', 'maxmemory', '1');
    for (const store of stores) {
      const { list, receipts } = store;
      expect(await list.backlog()).toEqual({ kind: 'done', value: { waiting: 2, claimed: 0, dead: 0 } });
      expect((await list.deadLetters({ limit: 10 })).kind).toBe('done');
      expect((await list.park([], { maxBytes: 1000 })).kind).toBe('done');
      expect((await list.parkedKeys(['x'])).kind).toBe('done');
      expect((await receipts.read('x')).kind).toBe('done');
      expect((await store.durability()).kind).toBe('done');
    }
  });
});
