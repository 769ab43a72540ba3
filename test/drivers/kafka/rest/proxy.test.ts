import { describe, expect, test } from 'bun:test';
import { aMessage } from '../../../support/fakes/messages.ts';
import {
  nothing,
  type Script,
  ScriptedFetch,
  thrown,
} from '../../../support/kafka/rest-proxy/scripted-fetch.ts';
import {
  setup,
  acknowledge,
  many,
  begun,
  inChunks,
  OFFSETS,
  LATE,
  BEHIND,
} from '../../../support/kafka/rest-proxy/scripted-publisher.ts';

describe('a proxy that does not answer', () => {
  test('is waited for until the deadline, and may have written', async () => {
    const { clock, publisher } = setup(nothing, { timeoutMs: 1000 });
    const results = publisher.publish(many(1200));
    await clock.advance(999);
    expect(publisher.stats.pendingBytes).toBeGreaterThan(0);
    await clock.advance(1);
    const told = await results;
    expect(told.slice(0, 500)).toMatchObject(Array.from({ length: 500 }, () => LATE));
    expect(told.slice(500)).toMatchObject(
      Array.from({ length: 700 }, () => ({ kind: 'failed', blame: 'kafka', maybeWritten: false })),
    );
    expect(publisher.stats).toMatchObject({ pendingBytes: 0, maybeWritten: 500 });
    const probe = publisher.probe();
    await clock.advance(1000);
    expect(await probe).toMatchObject({ kind: 'down' });
  });

  test('to the end of its body is taken at its word so far', async () => {
    const report = '{"error_code":200,"partition_id":0,"offset":7}';
    const { clock, publisher } = setup(() => begun(`${report}{"error_code":20`), {
      dialect: 'confluent-v3',
      clusterId: 'c',
      timeoutMs: 1000,
    });
    const results = publisher.publish(many(2));
    await clock.advance(1000);
    expect(await results).toMatchObject([{ kind: 'published', offset: '7' }, LATE]);
  });

  test('for a topic that is missing is no fault of Kafka', async () => {
    const missing = { error_code: 404, message: 'This server does not host this topic-partition.' };
    const script: Script = ({ method }) =>
      method === 'POST' ? nothing() : Response.json(missing, { status: 404 });
    const { clock, proxy, publisher } = setup(script, { timeoutMs: 1000 });
    const results = publisher.publish(many(1));
    await clock.advance(1000);
    expect(await results).toMatchObject([{ kind: 'failed', blame: 'topic', maybeWritten: true }]);
    expect(proxy.seen.map(({ method }) => method)).toEqual(['POST', 'GET']);
    // Nobody waits for it a second time, until it may have been made.
    expect(await publisher.publish(many(1))).toMatchObject([{ blame: 'topic', maybeWritten: false }]);
    proxy.script = acknowledge;
    await clock.advance(1000);
    expect(await publisher.publish(many(1))).toMatchObject([{ kind: 'published' }]);
  });

  test('is asked for the topic no longer than the call takes that asks', async () => {
    const answer = Promise.withResolvers<Response>();
    const proxy = new ScriptedFetch(({ method }) => (method === 'POST' ? answer.promise : nothing()));
    let underWay = 0;
    const fetch: typeof proxy.fetch = (url, init) => {
      underWay++;
      return proxy.fetch(url, init).finally(() => underWay--);
    };
    const { clock, publisher } = setup(undefined, { timeoutMs: 1000, fetch });
    const results = publisher.publish(many(1));
    await clock.advance(600);
    expect(underWay).toBe(2);
    answer.resolve(Response.json({ offsets: [{ partition: 0, offset: 0 }] }));
    expect(await results).toMatchObject(OFFSETS(1));
    await clock.advance(0);
    expect(underWay).toBe(0);
  });

  test('ends with the caller, who has given up', async () => {
    const { clock, publisher } = setup(nothing);
    const caller = new AbortController();
    const results = publisher.publish(many(2), caller.signal);
    await clock.advance(0);
    caller.abort();
    expect(await results).toMatchObject([{ blame: 'caller', maybeWritten: true }, { blame: 'caller' }]);
    expect(await publisher.publish(many(1), caller.signal)).toMatchObject([
      { blame: 'caller', maybeWritten: false },
    ]);
  });

  test('ends with the driver, which takes nothing from then on', async () => {
    const { clock, proxy, publisher } = setup(nothing);
    const results = publisher.publish(many(1));
    await clock.advance(0);
    await publisher.close();
    expect(await results).toMatchObject([LATE]);
    expect(await publisher.publish(many(1))).toMatchObject([{ kind: 'failed', maybeWritten: false }]);
    expect(await publisher.probe()).toMatchObject({ kind: 'down' });
    expect(proxy.seen).toHaveLength(1);
  });
});

describe('a connection', () => {
  test.each(['ECONNREFUSED', 'ConnectionRefused', 'ENOTFOUND', 'DEPTH_ZERO_SELF_SIGNED_CERT'])(
    'that never was (%s) has written nothing',
    async (code) => {
      const { publisher } = setup(() => thrown(code));
      const [result] = await publisher.publish(many(1));
      expect(result).toMatchObject({ kind: 'failed', blame: 'kafka', maybeWritten: false });
      expect(JSON.stringify(result)).toContain(code);
      expect(JSON.stringify(result)).not.toContain('secret');
    },
  );

  test('that never was, as Deno says it, has written nothing', async () => {
    const cause = new Error('error sending request for url (http://secret/): client error (Connect): tcp …');
    const { publisher } = setup(() => Promise.reject(new TypeError('fetch failed', { cause })));
    const [result] = await publisher.publish(many(1));
    expect(result).toMatchObject({ kind: 'failed', blame: 'kafka', maybeWritten: false });
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  test.each(['ECONNRESET', 'UND_ERR_SOCKET', ''])('that broke (%s) may have', async (code) => {
    const { publisher } = setup(() => thrown(code));
    expect(await publisher.publish(many(1))).toMatchObject([LATE]);
    expect(await publisher.probe()).toMatchObject({ kind: 'down' });
  });

  test('that answers without end is cut', async () => {
    let chunks = 0;
    const endless = new ReadableStream({
      pull(body) {
        chunks++;
        body.enqueue(new Uint8Array(100_000).fill(32));
      },
    });
    const { publisher } = setup(() => new Response(endless));
    expect(await publisher.publish(many(1))).toMatchObject([LATE]);
    expect(chunks).toBeLessThan(100);
  });

  test('that answers one text of a megabyte does no harm', async () => {
    const text = `{"error_code":500,"message":"${'x'.repeat(990_000)}`;
    const { publisher } = setup(() => new Response(text), { dialect: 'confluent-v3', clusterId: 'c' });
    expect(await publisher.publish(many(1))).toMatchObject([LATE]);
  });
});

describe('under pressure', () => {
  test('no more is in flight than the bound, and what is larger goes alone', async () => {
    const { publisher } = setup(nothing, { maxPendingBytes: 1000 });
    void publisher.publish([aMessage({ value: 'x'.repeat(900) })]);
    expect(await publisher.publish([aMessage({ value: 'x'.repeat(200) })])).toMatchObject([BEHIND]);
    const { publisher: other } = setup(() => Response.json({ offsets: [{ partition: 0, offset: 1 }] }), {
      maxPendingBytes: 1000,
    });
    expect(await other.publish([aMessage({ value: 'x'.repeat(5000) })])).toMatchObject([
      { kind: 'published' },
    ]);
  });

  test('headers count: no more of them is in flight than the bound', async () => {
    const { publisher } = setup(nothing, { maxPendingBytes: 1000 });
    const large = aMessage({ headers: { large: 'x'.repeat(600) } });
    void publisher.publish([large]);
    expect(publisher.stats.pendingBytes).toBeGreaterThan(600);
    expect(await publisher.publish([large])).toMatchObject([BEHIND]);
  });

  test('a proxy that is silent holds 128 requests: what comes then is refused at once, until they end', async () => {
    const { clock, proxy, publisher } = setup(nothing, { timeoutMs: 1000 });
    const held = Array.from({ length: 128 }, () => publisher.publish(many(1)));
    expect(await publisher.publish(many(2))).toMatchObject([BEHIND, BEHIND]);
    await clock.advance(0);
    expect(proxy.seen).toHaveLength(128);
    await clock.advance(1000);
    expect((await Promise.all(held)).flat()).toMatchObject(Array.from({ length: 128 }, () => LATE));
    proxy.script = acknowledge;
    expect(await publisher.publish(many(1))).toMatchObject([{ kind: 'published' }]);
  });

  test('a probe gets through to a proxy that holds all it may', async () => {
    const { clock, publisher } = setup(({ method }) => (method === 'POST' ? nothing() : Response.json([])), {
      timeoutMs: 1000,
    });
    for (let count = 0; count < 128; count++) void publisher.publish(many(1));
    await clock.advance(0);
    expect(await publisher.probe()).toEqual({ kind: 'up' });
  });

  test('nothing is counted where the runtime may end a call without a word', async () => {
    const { clock, proxy, publisher } = setup(nothing, { maxPendingBytes: undefined });
    void publisher.publish(many(10));
    expect(publisher.stats.pendingBytes).toBe(0);
    for (let count = 0; count < 200; count++) void publisher.publish(many(1));
    await clock.advance(0);
    expect(proxy.seen).toHaveLength(201);
  });
});

describe('a probe', () => {
  test.each([
    ['strimzi', 'http://proxy.example/topics/messages/partitions'],
    ['confluent-v2', 'http://proxy.example/topics/messages/partitions'],
    ['confluent-v3', 'http://proxy.example/v3/clusters/c/topics/messages/partitions'],
    ['redpanda', 'http://proxy.example/topics'],
  ] as const)('of %s asks for what comes from Kafka', async (dialect, url) => {
    const clusterId = dialect === 'confluent-v3' ? 'c' : undefined;
    const { proxy, publisher } = setup(() => Response.json([]), { dialect, clusterId });
    expect(await publisher.probe()).toEqual({ kind: 'up' });
    expect(proxy.seen).toMatchObject([{ method: 'GET', url }]);
  });

  test.each([
    [200, '[]', 'up'],
    [200, '<html>', 'down'],
    [200, 'null', 'down'],
    [404, '{"error_code":40403,"message":"x"}', 'up'],
    [404, '<html>', 'down'],
    [403, '{"error_code":40301,"message":"x"}', 'up'],
    [401, '', 'down'],
    [302, '', 'down'],
    [400, '{}', 'down'],
    [429, '', 'down'],
    [500, '{"error_code":50003}', 'down'],
  ])('that is answered with %d %s', async (status, body, kind) => {
    const { publisher } = setup(() => new Response(body, { status }));
    expect((await publisher.probe()).kind).toBe(kind as 'up' | 'down');
  });

  test('of a large Kafka is not read to its end: that it answers is enough', async () => {
    const { proxy, publisher } = setup(() => inChunks(`["${'some-topic","'.repeat(200_000)}last"]`), {
      dialect: 'redpanda',
    });
    expect(await publisher.probe()).toEqual({ kind: 'up' });
    proxy.script = () => inChunks(`<html>${'x'.repeat(2_000_000)}`);
    expect(await publisher.probe()).toMatchObject({ kind: 'down' });
  });
});

describe('the id of the cluster', () => {
  const dialect = 'confluent-v3';

  test('is asked for until it is known, and then no more', async () => {
    const report = '{"error_code":200,"partition_id":0,"offset":7}';
    const { proxy, publisher } = setup(({ method }) => new Response(method === 'GET' ? '{}' : report), {
      dialect,
    });
    const failed = { kind: 'failed', blame: 'kafka', maybeWritten: false };
    expect(await publisher.publish(many(1))).toMatchObject([failed]);
    expect(await publisher.probe()).toMatchObject({ kind: 'down' });
    proxy.script = ({ method }) =>
      method === 'GET' ? Response.json({ data: [{ cluster_id: 'c/1' }] }) : new Response(report);
    for (let count = 0; count < 3; count++)
      expect(await publisher.publish(many(1))).toMatchObject([{ kind: 'published' }]);
    const urls = proxy.seen.map(({ url }) => new URL(url).pathname);
    expect(urls.filter((path) => path === '/v3/clusters')).toHaveLength(3);
    expect(urls.at(-1)).toBe('/v3/clusters/c%2F1/topics/messages/records');
  });

  test('that does not come in time has written nothing', async () => {
    const { clock, publisher } = setup(nothing, { dialect, timeoutMs: 1000 });
    const results = publisher.publish(many(1));
    await clock.advance(1000);
    expect(await results).toMatchObject([{ kind: 'failed', blame: 'kafka', maybeWritten: false }]);
  });
});
