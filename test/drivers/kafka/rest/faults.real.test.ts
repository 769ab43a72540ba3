import { afterAll, expect, test } from 'bun:test';
import type { DialectName } from '../../../../src/drivers/kafka/rest/dialects.ts';
import { aMessage } from '../../../support/fakes/messages.ts';
import { type Fault, RestProxy } from '../../../support/kafka/rest-proxy/server.ts';
import { DIALECT_PROXIES } from '../../../support/kafka/rest-proxy/dialects.ts';
import { openRest } from '../../../support/kafka/open-rest.ts';
import { describeReal, realKafka } from '../../../support/process/services.ts';

const DIALECTS = Object.keys(DIALECT_PROXIES) as DialectName[];
const DOUBT = { kind: 'failed', blame: 'kafka', maybeWritten: true };
const proxies: RestProxy[] = [];

async function open(dialect: DialectName, timeoutMs = 3000) {
  const kafka = await realKafka();
  const proxy = await RestProxy.start(DIALECT_PROXIES[dialect], kafka.brokers);
  proxies.push(proxy);
  return { kafka, proxy, publisher: openRest(proxy, { dialect, timeoutMs }) };
}

let topics = 0;
const newTopic = () => `rest-${process.pid}-${topics++}`;

describeReal('kafka/rest in front of a real Kafka', ['kafka'], () => {
  afterAll(() => Promise.all(proxies.map((proxy) => proxy.stop())));

  test.each(DIALECTS)(
    '%s: a record that the topic is too small for spares its neighbours',
    async (dialect) => {
      const { kafka, publisher } = await open(dialect);
      const topic = newTopic();
      await kafka.createTopic(topic, { partitions: 1, config: { 'max.message.bytes': '2000' } });
      const values = ['1', '2', `"${'x'.repeat(3000)}"`, '4', '5'];
      const results = await publisher.publish(values.map((value) => aMessage({ topic, key: 'k', value })));
      // Redpanda's code may be about a record of somebody else.
      const refused =
        dialect === 'redpanda'
          ? { kind: 'failed', blame: 'topic' }
          : { kind: 'rejected', cause: 'too-large' };
      const ok = { kind: 'published' };
      expect(results).toMatchObject([ok, ok, refused, ok, ok]);
      expect((await kafka.read(topic)).map(({ value }) => value)).toEqual(['1', '2', '4', '5']);
    },
    60_000,
  );

  test.each(['strimzi', 'confluent-v2', 'confluent-v3'] as const)(
    '%s: what Kafka finds invalid is rejected alone',
    async (dialect) => {
      const { kafka, publisher } = await open(dialect);
      const topic = newTopic();
      await kafka.createTopic(topic, { partitions: 1, config: { 'cleanup.policy': 'compact' } });
      const results = await publisher.publish([
        aMessage({ topic, key: null }),
        aMessage({ topic, key: 'k' }),
      ]);
      expect(results).toMatchObject([{ kind: 'rejected', cause: 'invalid' }, { kind: 'published' }]);
    },
    60_000,
  );

  test.each(DIALECTS)(
    '%s: a topic that is there is ready, and one that is not is missing',
    async (dialect) => {
      const { kafka, publisher } = await open(dialect);
      const topic = newTopic();
      await kafka.createTopic(topic, { partitions: 2 });
      const partitions = dialect === 'redpanda' ? undefined : 2;
      expect(await publisher.checkTopic(topic)).toEqual({ kind: 'ready', partitions });
      const missing = { kind: 'failed', blame: 'topic', reason: 'UNKNOWN_TOPIC_OR_PARTITION' } as const;
      expect(await publisher.checkTopic(newTopic())).toEqual(missing);
    },
    60_000,
  );

  const lossy: readonly Fault['kind'][] = ['cuts', 'loses-answer'];
  test.each(DIALECTS.flatMap((dialect) => lossy.map((kind) => [dialect, kind] as const)))(
    '%s: a proxy that %s has been sent nothing twice, and may have written',
    async (dialect, kind) => {
      const { kafka, proxy, publisher } = await open(dialect, 1000);
      const topic = newTopic();
      await publisher.publish([aMessage({ topic, value: '0' })]);
      const before = proxy.posts.length;
      proxy.fault = { kind } as Fault;
      const results = await publisher.publish([
        aMessage({ topic, key: 'k', value: '1' }),
        aMessage({ topic, key: 'k', value: '2' }),
      ]);
      expect(results).toMatchObject([DOUBT, DOUBT]);
      expect(proxy.posts.length).toBe(before + 1);
      proxy.fault = undefined;
      expect(await publisher.publish([aMessage({ topic, value: '3' })])).toMatchObject([
        { kind: 'published' },
      ]);
      expect((await kafka.read(topic)).map(({ value }) => value).toSorted()).toEqual(['0', '1', '2', '3']);
    },
    60_000,
  );

  test('a redirect is not followed: the credentials stay with the proxy', async () => {
    const { proxy } = await open('strimzi');
    const { proxy: thief } = await open('strimzi');
    proxy.fault = { kind: 'answers', status: 307, body: '', location: `${thief.url}/topics/t` };
    const publisher = openRest(proxy, { auth: { kind: 'bearer', token: 'secret' } });
    const [result] = await publisher.publish([aMessage()]);
    expect(result).toMatchObject({ kind: 'failed', blame: 'kafka', maybeWritten: false });
    expect(thief.seen).toEqual([]);
  });

  test('who is not who the proxy wants is told so without the secret', async () => {
    const { proxy } = await open('confluent-v3');
    proxy.authorization = `Basic ${btoa('ana:right')}`;
    const as = (password: string) =>
      openRest(proxy, { dialect: 'confluent-v3', auth: { kind: 'basic', username: 'ana', password } });
    const [refused] = await as('wrong').publish([aMessage({ topic: newTopic() })]);
    expect(refused).toMatchObject({ kind: 'failed', blame: 'kafka', maybeWritten: false });
    expect(JSON.stringify(refused)).toContain('KAFKA_REST_PASSWORD');
    expect(JSON.stringify(refused)).not.toContain('wrong');
    expect(await as('wrong').probe()).toMatchObject({ kind: 'down' });
    expect(await as('right').publish([aMessage({ topic: newTopic() })])).toMatchObject([
      { kind: 'published' },
    ]);
  }, 60_000);

  test('a proxy that is gone has written nothing, and is used again when it is back', async () => {
    const { proxy, publisher } = await open('strimzi');
    const topic = newTopic();
    await publisher.publish([aMessage({ topic })]);
    await proxy.down();
    expect(await publisher.probe()).toMatchObject({ kind: 'down' });
    const [gone] = await publisher.publish([aMessage({ topic })]);
    expect(gone).toMatchObject({ kind: 'failed', blame: 'kafka', maybeWritten: false });
    await proxy.up();
    expect(await publisher.probe()).toEqual({ kind: 'up' });
    expect(await publisher.publish([aMessage({ topic })])).toMatchObject([{ kind: 'published' }]);
  }, 60_000);

  test('messages one after the other share a connection', async () => {
    const { proxy, publisher } = await open('strimzi');
    for (let count = 0; count < 20; count++) await publisher.publish([aMessage({ topic: 'kept' })]);
    expect(proxy.connections).toBe(1);
  }, 60_000);

  test('what a gateway finds too large goes in parts', async () => {
    const { kafka, proxy, publisher } = await open('strimzi');
    proxy.fault = { kind: 'limits', maxBytes: 5000 };
    const topic = newTopic();
    const values = Array.from({ length: 50 }, (_, index) => `"${'x'.repeat(200)}${index}"`);
    const results = await publisher.publish(values.map((value) => aMessage({ topic, key: 'k', value })));
    expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['published']));
    expect((await kafka.read(topic)).map(({ value }) => value)).toEqual(values);
  }, 60_000);
});
