import { afterEach, describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { zstdCompressSync } from 'node:zlib';
import kafkajs, { type Producer, type ProducerRecord } from 'kafkajs';
import { ScriptedCluster } from './cluster.ts';
import { ErrorCode } from './error-code.ts';
import { API } from './script.ts';
import { Writer } from './wire.ts';

/** For tests that wait for a client to give up. */
const IMPATIENT = { timeoutMs: 250 };
const { CompressionCodecs, CompressionTypes } = kafkajs;
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: (encoder: { buffer: Buffer }) => Promise.resolve(zstdCompressSync(encoder.buffer)),
  decompress: () => Promise.reject(new Error('Not needed')),
});

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function start(options: Parameters<typeof ScriptedCluster.start>[0] = {}): Promise<ScriptedCluster> {
  const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 2 } }, ...options });
  closers.push(() => cluster.close());
  return cluster;
}

async function connected(
  cluster: ScriptedCluster,
  { password, timeoutMs = 5000 }: { password?: string; timeoutMs?: number } = {},
): Promise<Producer> {
  const kafka = new kafkajs.Kafka({
    brokers: cluster.brokers,
    connectionTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 0 },
    ...(password === undefined ? {} : { sasl: { mechanism: 'plain', username: 'me', password } }),
  });
  const producer = kafka.producer({
    retry: { retries: 0 },
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  closers.push(() => producer.disconnect());
  return producer;
}

/** What it failed with; a test that gets undefined has nothing to match. */
const failure = (work: Promise<unknown>): Promise<unknown> => {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
};

async function took(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

const both: ProducerRecord = {
  topic: 'a',
  messages: [
    { value: 'zero', partition: 0 },
    { value: 'one', partition: 1 },
  ],
};
const written = (cluster: ScriptedCluster) => cluster.records('a').map(({ value }) => String(value));

describe('a scripted cluster', () => {
  test('keeps what was produced: key, value, headers and time, by partition and offset', async () => {
    const cluster = await start({ nodes: 2 });
    const producer = await connected(cluster);
    const headers = { h: 'ä', twice: ['1', '2'] };
    const message = { key: 'k', value: 'v', headers, timestamp: '1764671400000', partition: 1 };
    await producer.send({ topic: 'a', messages: [{ value: 'first', partition: 1 }] });
    const answer = await producer.send({ topic: 'a', messages: [message, { value: null, partition: 0 }] });
    expect(answer.map(({ partition, baseOffset }) => [partition, baseOffset])).toEqual([
      [0, '0'],
      [1, '1'],
    ]);
    expect(cluster.records('a')).toMatchObject([
      { partition: 0, offset: 0, key: null, value: null, headers: [] },
      { partition: 1, offset: 0, value: Buffer.from('first') },
      {
        partition: 1,
        offset: 1,
        key: Buffer.from('k'),
        value: Buffer.from('v'),
        headers: [
          { name: 'h', value: Buffer.from('ä') },
          { name: 'twice', value: Buffer.from('1') },
          { name: 'twice', value: Buffer.from('2') },
        ],
        timestamp: 1764671400000,
      },
    ]);
  });

  test.each(['GZIP', 'ZSTD'] as const)('reads batches compressed with %s', async (name) => {
    const cluster = await start();
    const producer = await connected(cluster);
    const seen: unknown[] = [];
    cluster.onProduce = ({ partitions }) => void seen.push(...partitions);
    await producer.send({ ...both, compression: CompressionTypes[name] });
    expect(written(cluster)).toEqual(['zero', 'one']);
    expect(seen[0]).toMatchObject({ batch: { batch: { compression: name.toLowerCase() } } });
  });

  test('answers an error for one partition, and writes the other', async () => {
    const cluster = await start();
    const producer = await connected(cluster);
    cluster.onProduce = () => ({ kind: 'answer', errors: { 'a/0': ErrorCode.NOT_ENOUGH_REPLICAS } });
    expect(await failure(producer.send(both))).toMatchObject({ cause: { code: 19 } });
    expect(written(cluster)).toEqual(['one']);
  });

  test('leaves a partition out of the answer', async () => {
    const cluster = await start();
    const producer = await connected(cluster);
    cluster.onProduce = () => ({ kind: 'answer', omit: ['a/0'] });
    expect((await producer.send(both)).map(({ partition }) => partition)).toEqual([1]);
    expect(written(cluster)).toEqual(['one']);
  });

  test.each([
    ['silence', /timed out/],
    ['reset', /ECONNRESET/],
    ['end', /Closed connection/],
  ] as const)('writes, or not, and answers with %s', async (kind, error) => {
    const cluster = await start();
    for (const write of [true, false]) {
      cluster.onProduce = () => ({ kind, write });
      const producer = await connected(cluster, kind === 'silence' ? IMPATIENT : {});
      expect(String(await failure(producer.send({ topic: 'a', messages: [{ value: `${write}` }] })))).toMatch(
        error,
      );
    }
    expect(written(cluster)).toEqual(['true']);
  });

  test('sends a part of its answer, and resets', async () => {
    const cluster = await start();
    cluster.onOther = () => ({ kind: 'truncate', bytes: 6 });
    const socket = connectTcp(cluster.node(1).port, '127.0.0.1');
    let heard = 0;
    socket.on('data', (chunk) => {
      heard += chunk.length;
    });
    const apiVersions = new Writer().int16(API.ApiVersions.key).int16(0).int32(1).string('me').buffer;
    socket.write(new Writer().int32(apiVersions.length).raw(apiVersions).buffer);
    const [error] = await once(socket, 'error');
    expect([heard, error.code]).toEqual([6, 'ECONNRESET']);
  });

  test('delays its answer, and throttles the client', async () => {
    const cluster = await start();
    const producer = await connected(cluster);
    cluster.onProduce = () => ({ kind: 'answer', delayMs: 60, throttleMs: 80 });
    expect(await took(() => producer.send(both))).toBeGreaterThanOrEqual(59);
    cluster.onProduce = () => undefined;
    expect(await took(() => producer.send(both))).toBeGreaterThanOrEqual(70);
  });

  test('moves a leader: the old one refuses, the new one takes the records', async () => {
    const cluster = await start({ nodes: 2 });
    const producer = await connected(cluster);
    const toZero = { topic: 'a', messages: [{ value: 'zero', partition: 0 }] };
    await producer.send({ topic: 'a', messages: [] });
    cluster.moveLeader('a', 0, 2);
    expect(await failure(producer.send(toZero))).toMatchObject({ cause: { code: 6 } });
    await producer.send(toZero);
    expect(written(cluster)).toEqual(['zero']);
  });

  test('does not know a topic that is not there, and knows it when it is', async () => {
    const cluster = await start();
    const producer = await connected(cluster);
    const message = { topic: 'b', messages: [{ value: 'v' }] };
    expect(await failure(producer.send(message))).toMatchObject({ cause: { code: 3 } });
    cluster.topics.create('b', 1);
    await producer.send(message);
    expect(cluster.records('b')).toHaveLength(1);
  });

  test('goes silent on metadata', async () => {
    const cluster = await start();
    const producer = await connected(cluster, IMPATIENT);
    cluster.onMetadata = () => ({ kind: 'silence' });
    expect(String(await failure(producer.send(both)))).toMatch(/Metadata.* timed out/);
    expect(cluster.requests('Produce')).toBe(0);
  });

  test('accepts and stays silent, refuses, and comes back on the same port', async () => {
    const cluster = await start();
    const node = cluster.node(1);
    node.silent = true;
    expect(String(await failure(connected(cluster, IMPATIENT)))).toMatch(/timed out/);
    node.down();
    expect(String(await failure(connected(cluster)))).toMatch(/ECONNREFUSED/);
    node.silent = false;
    await node.listen();
    await (await connected(cluster)).send(both);
    expect(written(cluster)).toEqual(['zero', 'one']);
  });

  test('is silent to a TLS handshake too', async () => {
    const cluster = await start();
    cluster.node(1).silent = true;
    const socket = connectTls({ port: cluster.node(1).port, host: '127.0.0.1' });
    closers.push(() => socket.destroy());
    const events = ['secureConnect', 'error', 'close'].map((event) => {
      return new Promise((resolve) => socket.once(event, () => resolve(event)));
    });
    expect(await Promise.race([...events, Bun.sleep(100)])).toBeUndefined();
  });

  test('freezes the connections that are open, and serves new ones', async () => {
    const cluster = await start();
    const frozen = await connected(cluster, IMPATIENT);
    await frozen.send(both);
    cluster.node(1).freeze();
    expect(String(await failure(frozen.send(both)))).toMatch(/timed out/);
    await (await connected(cluster)).send(both);
    expect(cluster.node(1).connections).toBe(2);
    expect(written(cluster)).toHaveLength(4);
  });

  test('takes the right password by SASL PLAIN, and no other', async () => {
    const cluster = await start({ sasl: { username: 'me', password: 'right' } });
    expect(String(await failure(connected(cluster, { password: 'wrong' })))).toMatch(
      /Invalid username or password/,
    );
    await (await connected(cluster, { password: 'right' })).send(both);
    expect(written(cluster)).toEqual(['zero', 'one']);
  });
});
