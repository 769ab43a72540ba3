import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { perCall } from '../../../../../src/drivers/store/redis/verbs/batcher.ts';
import { type UpstashSettings, UpstashStore } from '../../../../../src/drivers/store/redis/upstash/store.ts';
import { storeContract } from '../../../../contracts/store.ts';
import { describeReal, ownRedis, realRedis } from '../../../../support/process/services.ts';
import { setRedisClockBack } from '../../../../support/redis/clock.ts';
import { type Fault, UpstashServer } from '../../../../support/redis/upstash-server.ts';
import { until } from '../../../../support/process/wait.ts';

const QUEUE = 'fallback:message_queue';
const PAYLOAD = '{"value":"payload-of-a-client"}';
const CLAIM = { maxCount: 1000, maxBytes: 1_000_000, leaseMs: 1000 };
/** A caller waits 300 ms; the rest is for a busy machine. */
const BOUND_MS = 450;

describeReal('store/upstash', ['redis'], () => {
  let shared: Promise<UpstashServer> | undefined;
  async function open(over: Partial<UpstashSettings> = {}) {
    const redis = await realRedis();
    const server = await (shared ??= UpstashServer.start(redis.url));
    await redis.flush();
    server.seen.length = 0;
    server.fault = undefined;
    const store = new UpstashStore({ url: server.url, token: server.token, ...over });
    return { store, server, redis: redis.client(), claim: () => store.list.claim({ ...CLAIM, batch: 'b' }) };
  }
  afterAll(async () => (await shared)?.stop());

  const lacks = { durability: 'Upstash tells no settings over REST' };
  const underTest = async (over: Partial<UpstashSettings> = {}) => {
    const { store, redis } = await open(over);
    const setBack = (ms: number) => setRedisClockBack(redis, ms);
    const skip = (ms: number) => setBack(-ms);
    return { store, wait: (ms: number) => Bun.sleep(ms), skip, setBack, close: () => store.close() };
  };

  storeContract('store/upstash', underTest, lacks);
  storeContract('store/upstash, as on an edge,', () => underTest({ scheduleFlush: perCall }), lacks);

  test('on an edge calls share no request, and what one call asks for shares one', async () => {
    const { store, server } = await open({ scheduleFlush: perCall });
    await store.probe();
    await store.receipts.save([{ id: 'loads the script', status: 'queued', topic: 't' }], 1000);
    server.seen.length = 0;
    const calls: Promise<unknown>[] = [];
    for (let count = 0; count < 10; count++) {
      calls.push(store.probe());
      // All of them in one turn of the event loop, but none together with another.
      for (let ticks = 0; ticks < 5; ticks++) await Promise.resolve();
    }
    await Promise.all(calls);
    expect(server.seen).toHaveLength(10);
    server.seen.length = 0;
    const receipts = Array.from({ length: 50 }, (_, index) => `r${index}`);
    await store.receipts.save(
      receipts.map((id) => ({ id, status: 'queued', topic: 't' })),
      1000,
    );
    expect(server.seen).toHaveLength(1);
  });

  test('values are kept to the byte', async () => {
    const { store, redis, claim } = await open();
    const values = [
      '12345',
      '1.10',
      'true',
      'null',
      '"x"',
      'OK',
      'T0s=',
      '',
      '\u0000\\"\n\u2028',
      '\uFEFFü😀',
    ];
    await store.list.park(values);
    expect(await redis.lrange(QUEUE, 0, -1)).toEqual(values.toReversed());
    expect(await claim()).toEqual({ kind: 'done', value: values });
  });

  test('commands of one turn share a request, which tells nothing about the client', async () => {
    const { store, server } = await open();
    await store.probe();
    server.seen.length = 0;
    const parks = Array.from({ length: 100 }, (_, index) => store.list.park([`e${index}`]));
    expect(await Promise.all(parks)).toMatchObject(parks.map(() => ({ kind: 'done', value: 'parked' })));
    expect(server.seen.map(({ path }) => path)).toContain('/pipeline');
    expect(server.seen.length).toBeLessThan(4);
    expect(JSON.stringify(server.seen[0]?.headers)).not.toMatch(/telemetry|sdk/i);
  });

  test('what is much for one request is shared out among several', async () => {
    const { store, server, redis } = await open();
    const parks = Array.from({ length: 20 }, () => store.list.park(['x'.repeat(200_000)]));
    for (const reply of await Promise.all(parks)) expect(reply.kind).toBe('done');
    for (const { body } of server.seen) expect(body.length).toBeLessThan(1_100_000);
    expect(await redis.llen(QUEUE)).toBe(20);
  });

  test('a command that Redis refuses fails alone', async () => {
    const { store, redis } = await open();
    await redis.set(QUEUE, 'no list');
    const [park, probe] = await Promise.all([store.list.park([PAYLOAD]), store.probe()]);
    expect(park).toMatchObject({ kind: 'failed', reason: expect.stringContaining('WRONGTYPE') });
    expect(probe).toEqual({ kind: 'up' });
  });

  test('learns its scripts again after Redis has forgotten them', async () => {
    const { store, redis } = await open();
    await redis.script('FLUSH');
    expect((await store.list.backlog()).kind).toBe('done');
  });

  describe('its reasons are clear and carry neither payload nor token:', () => {
    const echo = JSON.stringify({ error: `ERR failed to parse: [["LPUSH","${PAYLOAD}"]]` });
    test.each<[Fault, string]>([
      [{ kind: 'silent' }, 'did not answer within 300 ms'],
      [{ kind: 'slow', ms: 2000 }, 'did not answer within 300 ms'],
      [{ kind: 'loses-reply' }, 'No connection'],
      [{ kind: 'answers', status: 500, body: '{"error":"ERR internal error"}' }, 'ERR internal error'],
      [{ kind: 'answers', status: 502, body: `<html>Bad gateway ${PAYLOAD}</html>` }, 'JSON'],
      [{ kind: 'answers', status: 200, body: `<html>Hello ${PAYLOAD}</html>` }, 'JSON'],
      [{ kind: 'answers', status: 200, body: '{"result":"OK"}' }, 'unexpected answer'],
      [{ kind: 'answers', status: 200, body: '[null, {}]' }, 'unexpected answer'],
      [{ kind: 'answers', status: 400, body: echo }, 'failed to parse'],
      [{ kind: 'answers', status: 500, body: '{}' }, 'does not name'],
      [{ kind: 'answers', status: 500, body: 'null' }, 'Upstash'],
      [{ kind: 'answers', status: 429, body: '{"error":"ERR max requests limit exceeded"}' }, 'quota'],
      [{ kind: 'answers', status: 401, body: '{"error":"WRONGPASS invalid"}' }, 'UPSTASH_REDIS_REST_TOKEN'],
      [{ kind: 'refuses', error: 'NOPERM this user has no permissions' }, 'read only'],
      [{ kind: 'refuses', error: 'ERR max single record size exceeded. Limit: 1' }, '100 MB'],
      [{ kind: 'refuses', error: 'OOM command not allowed' }, 'OOM'],
      [{ kind: 'refuses', error: `ERR unknown command 'x', with args beginning with: '${PAYLOAD}'` }, 'ERR'],
    ])('%j', async (fault, words) => {
      const { store, server } = await open();
      server.fault = fault;
      const began = performance.now();
      const [park, probe] = await Promise.all([store.list.park([PAYLOAD]), store.probe()]);
      expect(performance.now() - began).toBeLessThan(BOUND_MS);
      expect([park.kind, probe.kind]).toEqual(['failed', 'down']);
      expect(park).toMatchObject({ kind: 'failed', reason: expect.stringContaining(words) });
      expect(JSON.stringify([park, probe])).not.toMatch(new RegExp(`payload|${server.token}|${server.url}`));
      server.fault = undefined;
      expect(await store.probe()).toEqual({ kind: 'up' });
      expect((await store.list.park(['x'])).kind).toBe('done');
    });

    test('a wrong token', async () => {
      const { store } = await open({ token: 'a-secret' });
      const reply = await store.list.park([PAYLOAD]);
      expect(reply).toMatchObject({
        kind: 'failed',
        reason: expect.stringContaining('UPSTASH_REDIS_REST_TOKEN'),
      });
      expect(JSON.stringify(reply)).not.toMatch(/a-secret|payload/);
    });
  });

  test('who parks together waits no longer than one alone', async () => {
    const { store, server } = await open();
    server.fault = { kind: 'silent' };
    const bounds = {};
    // Full of quotation marks: on the way it is much longer than it looks.
    const entry = JSON.stringify(Array.from({ length: 400 }, () => ''));
    const began = performance.now();
    const replies = await Promise.all(Array.from({ length: 140 }, () => store.list.park([entry], bounds)));
    // One alone is given up after 300 ms, what goes alone for its size after 3000.
    expect(performance.now() - began).toBeLessThan(2000);
    expect(replies.filter(({ kind }) => kind !== 'failed')).toEqual([]);
  });

  test('a server that is down fails at once, and is there again by itself', async () => {
    const { store, server } = await open();
    await store.list.park(['before']);
    await server.down();
    const began = performance.now();
    expect(await store.list.park([PAYLOAD])).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('No connection'),
    });
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    await server.up();
    await until('it parks again', async () => (await store.list.park(['after'])).kind === 'done');
  });

  test('a Redis that is dead, frozen or full behind the server fails in time, and recovers', async () => {
    const redis = await ownRedis();
    const server = await UpstashServer.start(redis.url);
    const store = new UpstashStore({ url: server.url, token: server.token });
    expect((await store.list.park(['before'])).kind).toBe('done');
    const full = (bytes: string) => async () => void (await redis.client().config('SET', 'maxmemory', bytes));
    for (const [stop, start] of [
      [() => redis.kill(), () => redis.start()],
      [() => redis.pause(), () => redis.resume()],
      [full('1'), full('0')],
    ] as const) {
      await stop();
      const began = performance.now();
      expect((await store.list.park(['lost'])).kind).toBe('failed');
      expect(performance.now() - began).toBeLessThan(BOUND_MS);
      expect((await store.probe()).kind).toBe('down');
      await start();
      await until('it is up again', async () => (await store.probe()).kind === 'up');
    }
    const claim = await store.list.claim({ ...CLAIM, batch: 'b' });
    expect(claim).toMatchObject({ kind: 'done', value: expect.arrayContaining(['before']) });
    await store.close();
    await server.stop();
    await redis.stop();
  }, 60_000);

  describe('a lost reply', () => {
    let it: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => {
      it = await open();
      await it.store.list.park(['1', '2']);
    });

    test('of a park: it is there once, and was sent once', async () => {
      it.server.fault = { kind: 'loses-reply' };
      expect((await it.store.list.park(['3'])).kind).toBe('failed');
      await Bun.sleep(100);
      expect(await it.redis.lrange(QUEUE, 0, -1)).toEqual(['3', '2', '1']);
    });

    test('of a claim: asked again it gets the same, and of a settle: it is settled once', async () => {
      // Redis knows the script from here on: there is one reply to lose.
      await it.store.list.settle('none', []);
      it.server.fault = { kind: 'loses-reply' };
      expect((await it.claim()).kind).toBe('failed');
      it.server.fault = undefined;
      expect(await it.claim()).toEqual({ kind: 'done', value: ['1', '2'] });
      it.server.fault = { kind: 'loses-reply' };
      const settle = () => it.store.list.settle('b', [{ kind: 'done' }, { kind: 'return' }]);
      expect((await settle()).kind).toBe('failed');
      it.server.fault = undefined;
      expect(await settle()).toEqual({ kind: 'done', value: false });
      expect(await it.redis.lrange(QUEUE, 0, -1)).toEqual(['2']);
    });
  });

  describe('what is larger than a request', () => {
    const entries = Array.from({ length: 30 }, (_, index) => String(index).padEnd(700_000, 'ü'));

    test('is parked in parts: all of it at once, in its order', async () => {
      const { store, server, redis } = await open();
      await store.list.park(['first']);
      expect(await store.list.park(entries)).toEqual({ kind: 'done', value: 'parked' });
      expect((await redis.lrange(QUEUE, 0, -1)).toReversed()).toEqual(['first', ...entries]);
      for (const { body } of server.seen) expect(Buffer.byteLength(body)).toBeLessThan(10_000_000);
      expect(await redis.keys('*')).toEqual([QUEUE]);
    }, 20_000);

    test('is parked in parts with its order keys', async () => {
      const { store, redis } = await open();
      const keys = entries.map((_, index) => (index % 2 ? 'odd' : undefined));
      expect(await store.list.park(entries, {}, keys)).toEqual({ kind: 'done', value: 'parked' });
      expect(await redis.llen(QUEUE)).toBe(entries.length);
      expect(await redis.hgetall(`{${QUEUE}}:order`)).toEqual({ odd: '15' });
    }, 20_000);

    test('reaches a script as well', async () => {
      const { store, redis, claim } = await open();
      await store.list.park(['1', '2', '3']);
      await claim();
      const reason = 'x'.repeat(6_000_000);
      const verdict = { kind: 'dead', reason } as const;
      const settled = await store.list.settle('b', [verdict, { kind: 'return' }, verdict]);
      expect(settled).toEqual({ kind: 'done', value: true });
      const dead = await store.list.deadLetters({ limit: 10 });
      expect(dead).toMatchObject({
        kind: 'done',
        value: [
          { reason, entry: '1' },
          { reason, entry: '3' },
        ],
      });
      expect(await redis.lrange(QUEUE, 0, -1)).toEqual(['2']);
      expect(await redis.dbsize()).toBe(2);
    }, 20_000);

    test('is not parked at all if a part is lost, and what was sent expires', async () => {
      const { store, server, redis } = await open();
      const reply = store.list.park(entries);
      await until('the first parts are there', async () => (await redis.dbsize()) > 0, { everyMs: 1 });
      server.fault = { kind: 'answers', status: 500, body: '' };
      expect((await reply).kind).toBe('failed');
      const keys = await redis.keys('*');
      expect(keys).toHaveLength(1);
      expect(await redis.pttl(keys[0] ?? '')).toBeGreaterThan(0);
    }, 20_000);

    test('is refused if one entry is', async () => {
      const { store, redis } = await open();
      const reply = await store.list.park(['1', 'x'.repeat(9_600_000), '2']);
      expect(reply).toMatchObject({ kind: 'failed', reason: expect.stringContaining('10 MB') });
      expect(await redis.dbsize()).toBe(0);
    });
  });

  test('a list that nears the limit of a record parks no more, until it is shorter', async () => {
    const { store, redis, claim } = await open({ maxListBytes: 1000 });
    const entry = 'x'.repeat(100);
    await redis.lpush(QUEUE, ...Array.from({ length: 10 }, () => entry));
    await store.list.park([entry]);
    const park = () => store.list.park([entry]);
    expect(await park()).toEqual({ kind: 'done', value: 'full' });
    expect(await claim()).toMatchObject({ kind: 'done' });
    await until('it parks again', async () => {
      const reply = await park();
      return reply.kind === 'done' && reply.value === 'parked';
    });
  });

  test('closing it ends what is in flight, and it stays closed', async () => {
    const { store, server } = await open();
    server.fault = { kind: 'silent' };
    const claim = store.list.claim({ ...CLAIM, batch: 'b' });
    await until('the claim is under way', () => server.seen.length > 0, { everyMs: 1 });
    const began = performance.now();
    await store.close();
    expect(await claim).toMatchObject({ kind: 'failed', reason: expect.stringContaining('closed') });
    expect((await store.list.park(['1'])).kind).toBe('failed');
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
  });
});
