import { afterEach, describe, expect, test } from 'bun:test';
import Client, { type Produced, type Topic } from 'kafka-rest';
import { recordValue } from '../../../src/message/record-value.ts';
import type { TopicCheck } from '../../../src/ports/publisher.ts';
import { KAFKA_DOWN } from '../../support/fakes/fake-publisher.ts';
import { fakeService } from '../../support/fakes/fake-service.ts';
import { aMessage } from '../../support/fakes/messages.ts';
import { openRest } from '../../support/kafka/open-rest.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** The service behind a server, as clients see it. Its topics have two partitions. */
function serve() {
  const service = fakeService();
  const { publisher } = service;
  let nextOffset = 0;
  publisher.answer = ({ partition = 0 }) => ({ kind: 'published', partition, offset: String(nextOffset++) });
  const check: TopicCheck = { kind: 'ready', partitions: 2 };
  Object.assign(publisher, { checkTopic: () => Promise.resolve(check) });
  const server = Bun.serve({ port: 0, fetch: (request) => service.app.fetch(request, {}) });
  stops.push(() => server.stop(true));
  return { ...service, url: server.url.href };
}

/** The result that the client hands to a callback. */
const resultOf = <T>(call: (done: (error: Error | null, result: T) => void) => void) =>
  new Promise<T>((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result))));

function serveClient() {
  const service = serve();
  return { ...service, client: new Client({ url: service.url }) };
}

describe("Confluent's client for Node", () => {
  test('writes records, and learns their offsets', async () => {
    const { client, publisher } = serveClient();
    const records = [{ value: Buffer.from([0, 255]) }, { key: 'k', value: 'v', partition: 1 }];
    const { offsets } = await resultOf<Produced>((done) => client.topic('messages').produce(records, done));
    expect(offsets).toMatchObject([
      { partition: 0, offset: 0 },
      { partition: 1, offset: 1 },
    ]);
    expect(publisher.calls.flat().map((message) => [message.key, recordValue(message)])).toEqual([
      [null, Buffer.from([0, 255])],
      ['k', Buffer.from('v')],
    ]);
    const inPartition = await resultOf((done) =>
      client
        .topic('messages')
        .partition(1)
        .produce([{ value: 'a' }], done),
    );
    expect(inPartition).toMatchObject({ offsets: [{ partition: 1, offset: 2 }] });
  });

  test('takes queued records for written ones', async () => {
    const { client, publisher } = serveClient();
    publisher.answer = () => KAFKA_DOWN;
    const { offsets } = await resultOf<Produced>((done) =>
      client.topic('messages').produce([{ value: 'a' }], done),
    );
    expect(offsets).toMatchObject([{ partition: -1, offset: -1, error_code: null }]);
  });

  test('is told of what is wrong, in words', async () => {
    const { client } = serveClient();
    const failing = resultOf((done) => client.topic('none').produce([{ value: 'a' }], done));
    expect(await failing.catch((error: unknown) => error)).toMatchObject({
      status: 404,
      message: 'Topic not found.',
    });
  });

  test('finds topics and their partitions', async () => {
    const { client } = serveClient();
    expect(
      (await resultOf<readonly Topic[]>((done) => client.topics.list(done))).map(({ name }) => name),
    ).toEqual(['messages']);
    const topic = await resultOf<Topic>((done) => client.topic('messages').get(done));
    expect(topic.raw).toMatchObject({ name: 'messages', partitions: [{ partition: 0 }, { partition: 1 }] });
    const partitions = await resultOf((done) => client.topic('messages').partitions.list(done));
    expect(partitions).toHaveLength(2);
    expect(await resultOf((done) => client.brokers.list(done))).toMatchObject([{ id: 0 }]);
  });
});

describe.each(['strimzi', 'confluent-v2', 'confluent-v3'] as const)('another Spillway by %s', (dialect) => {
  const carriesHeaders = dialect !== 'confluent-v2';
  function setup() {
    const service = serve();
    const driver = openRest(service, { dialect });
    stops.push(() => driver.close());
    return { ...service, driver };
  }

  test('writes messages as they are, and learns their offsets', async () => {
    const { driver, publisher } = setup();
    const headers = carriesHeaders ? { h: 'ü' } : {};
    const messages = [
      aMessage({ id: 'a', value: '{"n":1.10}', key: 'k', headers }),
      aMessage({ id: 'b', value: '"/w=="', encoding: 'base64' }),
    ];
    const results = await driver.publish(messages);
    expect(results).toMatchObject([
      { kind: 'published', partition: 0, offset: '0' },
      { kind: 'published', partition: 0, offset: '1' },
    ]);
    const written = publisher.calls.flat();
    expect(written).toMatchObject([{ key: 'k', headers }, { key: null }]);
    expect(written.map(recordValue)).toEqual([Buffer.from('{"n":1.10}'), Buffer.from([255])]);
    if (carriesHeaders) expect(written.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('finds the topic ready, with its partitions', async () => {
    const { driver } = setup();
    expect(await driver.probe()).toEqual({ kind: 'up' });
    expect(await driver.checkTopic('messages')).toEqual({ kind: 'ready', partitions: 2 });
  });

  test('learns that a topic is not taken here', async () => {
    const [result] = await setup().driver.publish([aMessage({ topic: 'none' })]);
    expect(result).toMatchObject({ kind: 'failed', blame: 'topic', maybeWritten: false });
  });

  test('keeps what is queued here until it knows better, and writes it once', async () => {
    const { driver, publisher } = setup();
    publisher.answer = () => KAFKA_DOWN;
    for (let count = 0; count < 2; count++) {
      const [result] = await driver.publish([aMessage()]);
      expect(result).toMatchObject({ kind: 'failed', maybeWritten: true });
    }
    // The second time it is known by its id, where that travels along.
    expect(publisher.calls).toHaveLength(carriesHeaders ? 1 : 2);
  });
});
