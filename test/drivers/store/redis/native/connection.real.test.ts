import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { RedisStore } from '../../../../../src/drivers/store/redis/native/store.ts';
import { freePort } from '../../../../support/process/free-port.ts';
import { Proxy } from '../../../../support/http/tcp-proxy.ts';
import type { RedisService } from '../../../../support/redis/service.ts';
import { describeReal, ownRedis } from '../../../../support/process/services.ts';
import { blackholePort } from '../../../../support/http/blackholed-port.ts';
import { until } from '../../../../support/process/wait.ts';

/** The most that a caller may wait, whatever Redis does. */
const LIMIT_MS = 300;
/** What a busy machine may add. */
const TOLERANCE_MS = 200;

interface Fault {
  readonly title: string;
  /** Words of the reason that callers get. */
  readonly reason: RegExp;
  /** Words of it after a while, where they are others. */
  readonly lasting?: RegExp;
  readonly begin: (redis: RedisService, proxy: Proxy) => Promise<() => unknown>;
}

const portOf = (redis: RedisService) => Number(new URL(redis.url).port);

const FAULTS: readonly Fault[] = [
  {
    title: 'stopped',
    reason: /timed out|No connection/,
    begin: async (redis) => {
      await redis.pause();
      return () => redis.resume();
    },
  },
  {
    title: 'down',
    reason: /No connection to Redis|closed/,
    begin: async (redis) => {
      await redis.kill();
      return () => redis.start();
    },
  },
  {
    title: 'behind a connection that is half open',
    reason: /timed out|No connection/,
    begin: (_, proxy) => {
      proxy.blackhole();
      return Promise.resolve(() => proxy.pass());
    },
  },
  {
    title: 'behind a way that swallows every SYN',
    reason: /No connection/,
    begin: async (_, proxy) => {
      proxy.refuse();
      const close = await blackholePort(proxy.port);
      return async () => {
        await close();
        await proxy.listen();
      };
    },
  },
  {
    title: 'cut off',
    reason: /No connection|closed/,
    begin: (_, proxy) => {
      proxy.refuse();
      return Promise.resolve(() => proxy.listen());
    },
  },
  {
    title: 'full',
    reason: /OOM/,
    begin: async (redis) => {
      await redis.client().config('SET', 'maxmemory', '1');
      return () => redis.client().config('SET', 'maxmemory', '0');
    },
  },
  {
    title: 'a replica since a failover',
    reason: /READONLY/,
    begin: async (redis) => {
      await redis.client().replicaof('127.0.0.1', await freePort());
      return () => redis.client().replicaof('NO', 'ONE');
    },
  },
  {
    title: 'loading its file',
    reason: /LOADING|timed out|No connection/,
    begin: async (redis) => {
      const client = redis.client();
      for (let count = 0; count < 100; count++) await client.set(`key-${count}`, 'x'.repeat(2000));
      await client.config('SET', 'key-load-delay', '20000');
      await client.config('SET', 'loading-process-events-interval-bytes', '1024');
      const loaded = client.call('DEBUG', 'LOADAOF');
      await Bun.sleep(100);
      return () => loaded;
    },
  },
  {
    title: 'closed to this password',
    reason: /No connection to Redis/,
    lasting: /No connection to Redis: WRONGPASS/,
    begin: async (redis) => {
      const password = decodeURIComponent(new URL(redis.url).password);
      await redis.client().config('SET', 'requirepass', 'another');
      await redis.client().call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      return () => redis.client().config('SET', 'requirepass', password);
    },
  },
];

describeReal('store/redis, with a Redis that is', ['redis'], () => {
  let redis: RedisService;
  let proxy: Proxy;
  let store: RedisStore;

  beforeEach(async () => {
    redis = await ownRedis();
    proxy = await Proxy.start({ target: portOf(redis) });
    const url = new URL(redis.url);
    url.port = String(proxy.port);
    store = new RedisStore(url.href);
    await redis.client().ping();
  });

  afterEach(async () => {
    await store.close();
    proxy.close();
    await redis.stop();
  });

  async function park(entry: string) {
    const began = performance.now();
    const reply = await store.list.park([entry]);
    return { reply, ms: performance.now() - began };
  }

  describe('away', () => {
    for (const { title, reason, lasting = reason, begin } of FAULTS) {
      test(`${title}: callers wait ${LIMIT_MS} ms at most, learn why, and go on afterwards without a restart`, async () => {
        expect((await park('before')).reply.kind).toBe('done');
        const end = await begin(redis, proxy);
        const tries = [await park('first'), await park('second'), await park('third')];
        const probe = await store.probe();
        // What is wrong with the connection is known once it was tried again.
        await until('the reason is told', async () => lasting.test(JSON.stringify(await store.probe())));
        await end();
        const began = performance.now();
        await until('Redis takes entries again', async () => (await park('after')).reply.kind === 'done');
        const recovery = performance.now() - began;
        const waits = tries.map(({ ms }) => ms.toFixed(0)).join(', ');
        console.log(`Redis ${title}: callers waited ${waits} ms; back after ${recovery.toFixed(0)} ms`);
        for (const { reply, ms } of tries) {
          expect(reply).toMatchObject({ kind: 'failed', reason: expect.stringMatching(reason) });
          expect(ms).toBeLessThan(LIMIT_MS + TOLERANCE_MS);
        }
        expect(probe.kind).toBe('down');
      }, 30_000);
    }
  });
});
