import { expect, test } from 'bun:test';
import { RedisStore } from '../../../../../src/drivers/store/redis/native/store.ts';
import { storeContract } from '../../../../contracts/store.ts';
import { setRedisClockBack } from '../../../../support/redis/clock.ts';
import { describeReal, ownRedis, realRedis } from '../../../../support/process/services.ts';
import { until } from '../../../../support/process/wait.ts';

describeReal('store/redis', ['redis'], () => {
  storeContract('store/redis', async () => {
    const redis = await realRedis();
    await redis.flush();
    const store = new RedisStore(redis.url);
    const setBack = (ms: number) => setRedisClockBack(redis.client(), ms);
    return {
      store,
      wait: (ms) => Bun.sleep(ms),
      skip: (ms) => setBack(-ms),
      setBack,
      close: () => store.close(),
    };
  });

  test('parks to the left of a list that operators can look into, and the right end goes first', async () => {
    const redis = await realRedis();
    await redis.flush();
    const store = new RedisStore(redis.url);
    await store.list.park(['1', '2']);
    expect(await redis.client().lrange('fallback:message_queue', 0, -1)).toEqual(['2', '1']);
    await store.close();
  });

  test('knows its bytes although operators push, remove and delete by hand', async () => {
    const redis = await realRedis();
    await redis.flush();
    const store = new RedisStore(redis.url);
    const client = redis.client();
    const parks = async (entry: string) => (await store.list.park([entry], { maxBytes: 10 })) as unknown;
    const PARKED = { kind: 'done', value: 'parked' };
    const FULL = { kind: 'done', value: 'full' };
    expect(await parks('1234')).toEqual(PARKED);
    await client.lpush('fallback:message_queue', '56789');
    expect(await parks('ab')).toEqual(FULL);
    expect(await parks('a')).toEqual(PARKED);
    await client.lrem('fallback:message_queue', 1, '56789');
    expect(await parks('abcdef')).toEqual(FULL);
    expect(await parks('abcde')).toEqual(PARKED);
    await client.del('fallback:message_queue');
    expect(await parks('0123456789')).toEqual(PARKED);
    await store.list.claim({ batch: 'b', maxCount: 3, maxBytes: 100, leaseMs: 1000 });
    await store.list.settle('b', [{ kind: 'done' }]);
    expect(await client.keys('*')).toEqual([]);
    await store.close();
  });

  test('keeps a dead letter with its reason', async () => {
    const redis = await realRedis();
    await redis.flush();
    const store = new RedisStore(redis.url);
    await store.list.park(['1', '2', '3']);
    await store.list.claim({ batch: 'b', maxCount: 3, maxBytes: 100, leaseMs: 1000 });
    await store.list.settle('b', [
      { kind: 'dead', reason: 'One' },
      { kind: 'done' },
      { kind: 'dead', reason: 'Three' },
    ]);
    const dead = await redis.client().zrange('{fallback:message_queue}:dead-letters', '0', '-1');
    expect(dead.map((text) => JSON.parse(text) as unknown)).toMatchObject([
      { reason: 'One', entry: '1' },
      { reason: 'Three', entry: '3' },
    ]);
    expect((await redis.client().keys('*')).toSorted()).toEqual(['{fallback:message_queue}:dead-letters']);
    await store.close();
  });

  test('learns its scripts again after Redis has forgotten them', async () => {
    const redis = await realRedis();
    const store = new RedisStore(redis.url);
    expect((await store.list.backlog()).kind).toBe('done');
    await redis.client().script('FLUSH');
    expect((await store.list.backlog()).kind).toBe('done');
    await store.close();
  });

  test('a Redis that is full is down: it would not park', async () => {
    const redis = await ownRedis();
    const store = new RedisStore(redis.url);
    await store.list.park(['1', '2']);
    await redis.client().config('SET', 'maxmemory', '1');
    expect(await store.list.park(['3'])).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('OOM'),
    });
    expect((await store.probe()).kind).toBe('down');
    const claim = await store.list.claim({ batch: 'b', maxCount: 2, maxBytes: 100, leaseMs: 1000 });
    expect(claim).toEqual({ kind: 'done', value: ['1', '2'] });
    expect(await store.list.settle('b', [{ kind: 'return' }, { kind: 'done' }])).toEqual({
      kind: 'done',
      value: true,
    });
    await store.close();
    await redis.stop();
  });

  test('a Redis that is dead, or frozen, fails within a second and is there again by itself', async () => {
    const redis = await ownRedis();
    const store = new RedisStore(redis.url);
    expect((await store.list.park(['before'])).kind).toBe('done');
    for (const [stop, start] of [
      [() => redis.kill(), () => redis.start()],
      [() => redis.pause(), () => redis.resume()],
    ] as const) {
      await stop();
      const began = performance.now();
      expect((await store.list.park(['lost'])).kind).toBe('failed');
      expect((await store.probe()).kind).toBe('down');
      expect(performance.now() - began).toBeLessThan(5000);
      await start();
      await until('Redis takes entries again', async () => (await store.probe()).kind === 'up');
    }
    const claim = await store.list.claim({ batch: 'b', maxCount: 100, maxBytes: 1000, leaseMs: 1000 });
    expect(claim).toMatchObject({ kind: 'done', value: expect.arrayContaining(['before']) });
    await store.close();
    await redis.stop();
  }, 60_000);

  test('the address with its password is in no reason', async () => {
    const store = new RedisStore('redis://:secret-password@127.0.0.1:1');
    const reply = await store.list.park(['payload-of-a-client']);
    expect(reply.kind).toBe('failed');
    expect(JSON.stringify(reply)).not.toMatch(/secret-password|payload-of-a-client/);
    await store.close();
  });
});
