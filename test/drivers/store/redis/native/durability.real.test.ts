import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { RedisStore } from '../../../../../src/drivers/store/redis/native/store.ts';
import type { RedisService } from '../../../../support/redis/service.ts';
import { describeReal, ownRedis } from '../../../../support/process/services.ts';

const SAFE = {
  appendonly: 'yes',
  appendfsync: 'always',
  'maxmemory-policy': 'noeviction',
  maxmemory: '100mb',
};

describeReal('store/redis, asked what it guarantees,', ['redis'], () => {
  let redis: RedisService;
  let store: RedisStore;

  beforeAll(async () => {
    redis = await ownRedis();
    store = new RedisStore(redis.url);
  });
  afterAll(async () => {
    await store.close();
    await redis.stop();
  });

  const set = async (settings: Record<string, string>) => {
    for (const [name, value] of Object.entries(settings)) await redis.client().config('SET', name, value);
  };
  beforeEach(() => set(SAFE));

  test.each([
    [{ 'maxmemory-policy': 'allkeys-lru' }, 'maxmemory-policy is allkeys-lru'],
    [{ 'maxmemory-policy': 'allkeys-random' }, 'maxmemory-policy is allkeys-random'],
    [{ appendonly: 'no' }, 'appendonly is no'],
    [{ appendfsync: 'everysec' }, 'appendfsync is everysec'],
    [{ appendfsync: 'no' }, 'appendfsync is no'],
  ] as [Record<string, string>, string][])('warns of %p by name', async (settings, expected) => {
    await set(settings);
    expect(await store.durability()).toMatchObject({
      kind: 'done',
      value: { status: 'at-risk', warnings: [expect.stringContaining(expected)] },
    });
  });

  test.each([
    [{ 'maxmemory-policy': 'volatile-lru' }],
    [{ 'maxmemory-policy': 'allkeys-lru', maxmemory: '0' }],
  ] as [Record<string, string>][])('is content with %p: the list is never evicted', async (settings) => {
    await set(settings);
    const memory = { usedBytes: expect.any(Number), maxBytes: 100 * 1024 * 1024 };
    const limited = settings['maxmemory'] === '0' ? {} : { memory };
    expect(await store.durability()).toEqual({
      kind: 'done',
      value: { status: 'durable', warnings: [], replicas: 0, ...limited },
    });
  });

  test('goes by INFO where CONFIG is forbidden, and knows nothing where both are', async () => {
    const user = 'managed';
    const url = new URL(redis.url);
    await redis.client().call('ACL', 'SETUSER', user, 'on', '>pw', '~*', '+@all', '-config');
    const managed = new RedisStore(`redis://${user}:pw@${url.host}`);
    expect(await managed.durability()).toMatchObject({
      value: { status: 'unknown', warnings: [], replicas: 0 },
    });
    await set({ 'maxmemory-policy': 'allkeys-lru' });
    expect(await managed.durability()).toMatchObject({ value: { status: 'at-risk' } });
    await redis.client().call('ACL', 'SETUSER', user, '-info');
    expect(await managed.durability()).toEqual({
      kind: 'done',
      value: { status: 'unknown', warnings: [] },
    });
    await managed.close();
  });
});
