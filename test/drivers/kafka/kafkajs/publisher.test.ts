import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { KafkaJsPublisher } from '../../../../src/drivers/kafka/kafkajs/publisher.ts';
import { type Clock, systemClock } from '../../../../src/ports/clock.ts';
import { FastClock } from '../../../support/fakes/fast-clock.ts';
import { aMessage } from '../../../support/fakes/messages.ts';
import { openKafkaJs } from '../../../support/kafka/open-kafkajs.ts';
import { ScriptedCluster } from '../../../support/kafka/scripted-broker/cluster.ts';
import type { ProducedPartition } from '../../../support/kafka/scripted-broker/script.ts';
import { until } from '../../../support/process/wait.ts';

const SPEED = 10;
const clock: Clock = new FastClock(SPEED);
/** As long as the driver's own, by the real clock: a busy machine needs it. */
const PATIENT = { timeoutMs: SPEED * 3000, metadataMaxAgeMs: SPEED * 30_000 };

let cluster: ScriptedCluster;
let publisher: KafkaJsPublisher;
let requests: (readonly ProducedPartition[])[];

beforeEach(async () => {
  cluster = await ScriptedCluster.start({ topics: { a: { partitions: 3 }, b: { partitions: 1 } } });
  requests = [];
  cluster.onProduce = ({ partitions }) => void requests.push(partitions);
  open();
});

afterEach(async () => {
  await publisher.close();
  cluster.close();
});

function open(over: Parameters<typeof openKafkaJs>[1] = {}, by = clock) {
  publisher = openKafkaJs(cluster.brokers.join(','), { ...PATIENT, probeTopic: 'a', ...over }, by);
}

const many = (count: number, over: Parameters<typeof aMessage>[0] = {}) =>
  Array.from({ length: count }, (_, index) => aMessage({ topic: 'a', id: `m${index}`, ...over }));

const kinds = async (results: Promise<readonly { readonly kind: string }[]>) =>
  (await results).map(({ kind }) => kind);

/** Kafka answers none of these, until the test lets it. */
function hold(): () => void {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  cluster.onProduce = () => promise;
  return () => resolve(undefined);
}

describe('publishes at the same time', () => {
  test('share a call for each partition', async () => {
    const messages = Array.from({ length: 90 }, (_, index) => aMessage({ topic: 'a', key: `k${index}` }));
    await Promise.all(messages.map((message) => publisher.publish([message])));
    expect(requests).toHaveLength(3);
    expect(cluster.records('a')).toHaveLength(90);
  });

  test('without a key stick to one partition for a batch, and the next batch goes to another', async () => {
    for (let count = 0; count < 3; count++)
      await Promise.all(many(20).map((message) => publisher.publish([message])));
    const partitions = requests.map((request) => request.map(({ partition }) => partition));
    expect(partitions.map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(new Set(partitions.flat())).toEqual(new Set([0, 1, 2]));
  });

  test('with one key are written in their order', async () => {
    const messages = many(2000, { key: 'same' });
    await Promise.all(messages.map((message) => publisher.publish([message])));
    const ids = cluster.records('a').map(({ headers }) => headers[0]?.value?.toString());
    expect(ids).toEqual(messages.map(({ id }) => id));
  });

  test('to a topic that was made anew, and smaller, go to the partitions that it has', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
    const publishAll = async () => {
      const results = await Promise.all(
        keys.map((key) => publisher.publish([aMessage({ topic: 'a', key })])),
      );
      return results.flat().every(({ kind }) => kind === 'published');
    };
    expect(await publishAll()).toBe(true);
    cluster.topics.delete('a');
    await publishAll();
    cluster.topics.create('a', 1);
    await until('all are published again', publishAll, { timeoutMs: 2000 });
  });

  test('to a topic that is missing or forbidden do not cost a connection each', async () => {
    await publisher.publish([aMessage({ topic: 'missing' })]);
    const { connects } = publisher.stats;
    for (let count = 0; count < 50; count++) await publisher.publish([aMessage({ topic: 'missing' })]);
    cluster.onProduce = () => ({ kind: 'answer', errors: { 'b/0': 29 } });
    for (let count = 0; count < 50; count++) await publisher.publish([aMessage({ topic: 'b' })]);
    expect(publisher.stats.connects - connects).toBeLessThan(5);
  });

  test('beside the first probe keep their order, and the line in use is the one that is replaced', async () => {
    void publisher.probe();
    const results = await Promise.all(
      many(20, { key: 'same' }).map((message) => publisher.publish([message])),
    );
    expect(new Set(results.flat().map(({ kind }) => kind))).toEqual(new Set(['published']));
    const ids = cluster.records('a').map(({ headers }) => headers[0]?.value?.toString());
    expect(ids).toEqual(many(20).map(({ id }) => id));
    cluster.node(1).freeze();
    // How long a request may take KafkaJS counts by the real clock.
    open({ timeoutMs: 400 }, systemClock);
    void publisher.probe();
    await publisher.publish(many(1, { key: 'same' }));
    cluster.node(1).freeze();
    await publisher.publish(many(1, { key: 'same' }));
    expect(await kinds(publisher.publish(many(1, { key: 'same' })))).toEqual(['published']);
  });

  test('to a topic that is not there do not touch another topic', async () => {
    const [missing, there] = await Promise.all([
      publisher.publish([aMessage({ topic: 'missing' })]),
      publisher.publish([aMessage({ topic: 'b' })]),
    ]);
    expect(missing).toMatchObject([{ kind: 'failed', blame: 'topic', maybeWritten: false }]);
    expect(there).toMatchObject([{ kind: 'published' }]);
  });
});

describe('of several brokers', () => {
  test.each(['down', 'silent'] as const)('one that is %s keeps nobody from the others', async (how) => {
    const others = await ScriptedCluster.start({ nodes: 2 });
    for (const node of others.nodes) {
      if (how === 'down') node.down();
      else node.silent = true;
    }
    // Whichever is asked first: the order is random.
    for (let count = 0; count < 3; count++) {
      const client = openKafkaJs([...others.brokers, ...cluster.brokers].join(','), PATIENT, clock);
      expect(await kinds(client.publish(many(1)))).toEqual(['published']);
      await client.close();
    }
    others.close();
  });
});

test.each(['none', 'gzip', 'zstd'] as const)(
  'the records of a call are compressed by %s',
  async (compression) => {
    open({ compression });
    await publisher.publish(many(10, { value: `"${'x'.repeat(500)}"` }));
    const batches = requests.flat().map(({ batch }) => batch.kind === 'batch' && batch.batch.compression);
    expect(new Set(batches)).toEqual(new Set([compression]));
  },
);

describe('while Kafka does not answer', () => {
  test('no more bytes wait than the bound: the rest is refused at once', async () => {
    open({ maxPendingBytes: 100_000 });
    const release = hold();
    const value = `"${'x'.repeat(10_000)}"`;
    const waiting = publisher.publish(many(9, { value }));
    expect(await publisher.publish(many(5, { value }))).toEqual(
      Array.from({ length: 5 }, () => ({ kind: 'refused', because: 'busy', retryInMs: 1000 })),
    );
    expect(publisher.stats.pendingBytes).toBeLessThanOrEqual(100_000);
    release();
    expect(new Set(await kinds(waiting))).toEqual(new Set(['published']));
    expect(publisher.stats.pendingBytes).toBe(0);
    expect(await kinds(publisher.publish(many(5, { value })))).toEqual(
      Array.from({ length: 5 }, () => 'published'),
    );
  });

  test('a message larger than the bound goes alone', async () => {
    open({ maxPendingBytes: 1000 });
    expect(await kinds(publisher.publish(many(1, { value: `"${'x'.repeat(5000)}"` })))).toEqual([
      'published',
    ]);
  });

  test('a caller that waits no longer takes back what was not sent, and knows it', async () => {
    const release = hold();
    const stop = new AbortController();
    const sent = publisher.publish(many(1, { key: 'k', id: 'sent' }), stop.signal);
    await until('it is in flight', () => cluster.requests('Produce') === 1);
    const queued = publisher.publish(many(1, { key: 'k', id: 'queued' }), stop.signal);
    stop.abort();
    expect(await sent).toMatchObject([{ kind: 'failed', blame: 'caller', maybeWritten: true }]);
    expect(await queued).toMatchObject([{ kind: 'failed', blame: 'caller', maybeWritten: false }]);
    release();
    cluster.onProduce = () => undefined;
    await publisher.publish(many(1, { key: 'k', id: 'next' }));
    const ids = cluster.records('a').map(({ headers }) => headers[0]?.value?.toString());
    expect(ids).toEqual(['sent', 'next']);
  });
});

test('counts what it does: calls, their records, and what went wrong', async () => {
  cluster.onProduce = ({ index }) => (index === 1 ? { kind: 'reset' } : undefined);
  await publisher.publish(many(30, { key: 'k' }));
  await publisher.publish(many(2, { key: 'k' }));
  const { callMs, ...counts } = { ...publisher.stats };
  expect(counts).toMatchObject({
    calls: 3,
    messages: 34,
    retries: 1,
    connects: 2,
    maybeWritten: 0,
    pendingBytes: 0,
  });
  expect(callMs).toBeGreaterThan(0);
});

test('a topic is checked by itself: one that is there has its partitions, one that is not has the reason', async () => {
  expect(await publisher.checkTopic('b')).toEqual({ kind: 'ready', partitions: 1 });
  expect(await publisher.checkTopic('missing')).toEqual({
    kind: 'failed',
    blame: 'topic',
    reason: 'UNKNOWN_TOPIC_OR_PARTITION',
  });
  expect(requests).toEqual([]);
});

const startTwo = async () => {
  cluster.close();
  cluster = await ScriptedCluster.start({
    nodes: 2,
    topics: { a: { partitions: 3 }, b: { partitions: 1 } },
  });
  publisher = openKafkaJs(cluster.brokers[0] ?? '', { probeTopic: 'a', timeoutMs: 1500 });
  for (const partition of [0, 1, 2]) cluster.moveLeader('a', partition, 2);
  cluster.moveLeader('b', 0, 1);
};
const address = () => `127.0.0.1:${cluster.node(2).port}`;

describe('where the bootstrap broker answers', () => {
  test('and every leader is out of reach, a probe says so, and names their addresses', async () => {
    await startTwo();
    expect(await publisher.probe()).toEqual({ kind: 'up' });
    cluster.node(2).down();
    const probe = await publisher.probe();
    expect(probe).toMatchObject({ kind: 'down', reason: expect.stringContaining(address()) });
    expect(await publisher.checkTopic('a')).toMatchObject({
      kind: 'out-of-reach',
      reason: expect.stringContaining(address()),
    });
    expect(await publisher.checkTopic('b')).toEqual({ kind: 'ready', partitions: 1 });
    await cluster.node(2).listen();
    expect(await publisher.probe()).toEqual({ kind: 'up' });
    expect(await publisher.checkTopic('a')).toEqual({ kind: 'ready', partitions: 3 });
  });

  test('and a leader accepts connections without an answer, a probe and a check end in time and name it', async () => {
    await startTwo();
    cluster.node(2).silent = true;
    expect(await publisher.probe()).toMatchObject({
      kind: 'down',
      reason: expect.stringContaining(address()),
    });
    expect(await publisher.checkTopic('a')).toMatchObject({ kind: 'out-of-reach' });
  });

  test('and one leader of several is out of reach, Kafka is up, and the check names its address', async () => {
    await startTwo();
    cluster.moveLeader('a', 0, 1);
    cluster.node(2).down();
    expect(await publisher.probe()).toEqual({ kind: 'up' });
    expect(await publisher.checkTopic('a')).toMatchObject({
      kind: 'out-of-reach',
      reason: expect.stringContaining(address()),
    });
  });

  test('a probe and a check write nothing, and leave the connections to the next message', async () => {
    await startTwo();
    await publisher.probe();
    await publisher.checkTopic('a');
    expect(cluster.requests('Produce')).toBe(0);
    expect(await kinds(publisher.publish(many(3)))).toEqual(['published', 'published', 'published']);
    expect(cluster.records('a')).toHaveLength(3);
  });
});
