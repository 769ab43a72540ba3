import { describe, expect, test } from 'bun:test';
import { recordValue } from '../../../src/message/record-value.ts';
import type { PublishResult, TopicCheck } from '../../../src/ports/publisher.ts';
import { KAFKA_DOWN } from '../../support/fakes/fake-publisher.ts';
import { fakeService } from '../../support/fakes/fake-service.ts';

const JSON_TYPE = 'application/vnd.kafka.json.v2+json';
const BINARY_TYPE = 'application/vnd.kafka.binary.v2+json';
const base64 = (text: string) => Buffer.from(text).toString('base64');

function setup(variables: Record<string, string> = {}) {
  const service = fakeService({ KAFKA_TOPICS: 'orders', ...variables });
  const send = async (body: string, type = JSON_TYPE, path = '/topics/orders', headers = {}) => {
    const response = await service.request(path, {
      method: 'POST',
      body,
      headers: { 'Content-Type': type, Accept: 'application/vnd.kafka.v2+json', ...headers },
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const records = () =>
    service.publisher.calls.flat().map(({ topic, key, headers, partition, timestamp, ...message }) => ({
      topic,
      key,
      headers,
      partition,
      timestamp,
      value: recordValue(message),
    }));
  return { ...service, send, records };
}

const done = (...offsets: string[]) =>
  `{"offsets":[${offsets.join()}],"key_schema_id":null,"value_schema_id":null}`;
const at = (partition: number, offset: string) =>
  `{"partition":${partition},"offset":${offset},"error_code":null,"error":null}`;

const bad = (error: string) => `{"partition":null,"offset":null,"error_code":42206,"error":"${error}"}`;

describe('records of API v2', () => {
  test('as JSON are written as their texts, keys as JSON too, and answered in order with 64-bit offsets', async () => {
    const { send, records, publisher } = setup();
    publisher.answer = (_, index) => ({ kind: 'published', partition: index, offset: '9007199254740993' });
    const body =
      '{"records":[{"key":"a","value":{"n": 1.10}},{"value":"text","partition":2},{"key":{"k": 1},"value":null}]}';
    const answer = await send(body);
    expect([answer.status, answer.headers.get('Content-Type'), answer.text]).toEqual([
      200,
      'application/vnd.kafka.v2+json',
      done(...[0, 1, 2].map((partition) => at(partition, '9007199254740993'))),
    ]);
    expect(records()).toMatchObject([
      { topic: 'orders', key: '"a"', value: '{"n": 1.10}' },
      { topic: 'orders', key: null, value: '"text"', partition: 2 },
      { topic: 'orders', key: '{"k":1}', value: null },
    ]);
  });

  test('have JSON keys digit for digit, without white space', async () => {
    const { send, records } = setup();
    const keys = ['12345678901234567890', '1e400', '{ "a" : [1.10, " b "] }', '"é\\u00e9"'];
    await send(`{"records":[${keys.map((key) => `{"key":${key},"value":1}`).join()}]}`);
    expect(records().map(({ key }) => key)).toEqual([
      '12345678901234567890',
      '1e400',
      '{"a":[1.10," b "]}',
      '"éé"',
    ]);
  });

  test('as base64 are written byte for byte, with the headers and the time of Strimzi’s bridge', async () => {
    const { send, records } = setup();
    const record = {
      key: base64('kü'),
      value: '/wA=',
      headers: [{ key: 'h', value: base64('v') }],
      timestamp: 1_764_671_400_000,
    };
    const { status } = await send(JSON.stringify({ records: [record, { value: null }] }), BINARY_TYPE);
    expect(status).toBe(200);
    expect(records()).toMatchObject([
      { key: 'kü', value: Buffer.from([255, 0]), headers: { h: 'v' }, timestamp: 1_764_671_400_000 },
      { key: null, value: null },
    ]);
  });

  test.each(['application/json', 'application/vnd.kafka.v2+json'])(
    'of the type %s are base64',
    async (type) => {
      const { send, records } = setup();
      await send('{"records":[{"value":"AQ=="}]}', type);
      expect(records()).toMatchObject([{ value: Buffer.from([1]) }]);
    },
  );

  test('go to the partition of the path', async () => {
    const { send, records } = setup();
    await send('{"records":[{"value":1}]}', JSON_TYPE, '/topics/orders/partitions/3');
    expect(records()).toMatchObject([{ partition: 3 }]);
  });

  test('that were queued have no place yet', async () => {
    const { send, publisher, store } = setup();
    publisher.answer = () => KAFKA_DOWN;
    const { status, headers, text } = await send('{"records":[{"value":1}]}');
    expect([status, headers.get('X-Fallback-Mode'), text]).toEqual([200, 'true', done(at(-1, '-1'))]);
    expect(store.contents.waiting).toHaveLength(1);
  });

  test('that are bad cost their neighbours nothing', async () => {
    const { send } = setup();
    const { status, text } = await send('{"records":[{"value":1},{"valu":1,"partition":-1},2,{"value":3}]}');
    expect([status, text]).toEqual([
      200,
      done(at(0, '0'), bad('valu: Is not a field of a record'), bad('Must be an object'), at(0, '0')),
    ]);
  });

  const tooLarge: PublishResult = { kind: 'rejected', cause: 'too-large', reason: 'Too large for Kafka' };
  test.each<[body: string, kafka: PublishResult | undefined, status: number, code: number, message: string]>([
    ['{', undefined, 400, 400, 'Send JSON in UTF-8, as in {"records": [{"value": 1}]}'],
    ['{"records":[]}', undefined, 422, 422, 'records: Must be an array with a record at least'],
    ['[]', undefined, 422, 422, 'records: Must be an array with a record at least'],
    [
      '{"records":[{"value":1,"partition":"x"}]}',
      undefined,
      422,
      42_206,
      'partition: Must be a whole number',
    ],
    ['{"records":[{"value":1}]}', tooLarge, 413, 413, 'Too large for Kafka'],
  ])(
    'of which none was accepted are an error of the family: %s',
    async (body, kafka, status, error_code, message) => {
      const { send, publisher } = setup();
      if (kafka) publisher.answer = () => kafka;
      const answer = await send(body);
      expect([answer.status, JSON.parse(answer.text)]).toEqual([status, { error_code, message }]);
      expect(answer.headers.get('Content-Type')).toBe('application/vnd.kafka.v2+json');
    },
  );

  test('are told by 503 that nobody could take them, and never by 200', async () => {
    const { send, publisher, store } = setup();
    publisher.answer = () => KAFKA_DOWN;
    store.fault = { kind: 'failed', reason: 'away' };
    const { status, headers, text } = await send('{"records":[{"value":1}]}');
    expect([status, headers.has('Retry-After'), JSON.parse(text)]).toEqual([
      503,
      true,
      { error_code: 50_003, message: 'Message processing services temporarily unavailable' },
    ]);
  });
});

test.each<[path: string, type: string, status: number, code: number]>([
  ['/topics/none', JSON_TYPE, 404, 40_401],
  ['/topics/orders/partitions/x', JSON_TYPE, 404, 40_402],
  ['/topics/orders', 'application/vnd.kafka.avro.v2+json', 415, 415],
  ['/topics/orders', 'text/plain', 415, 415],
])('%s with %s is answered %d and %d', async (path, type, status, code) => {
  const { send } = setup();
  const answer = await send('{"records":[{"value":1}]}', type, path);
  expect([answer.status, (JSON.parse(answer.text) as { error_code: number }).error_code]).toEqual([
    status,
    code,
  ]);
});

test('errors of the service have the form of the family on its paths', async () => {
  const { send, request } = setup({ API_KEYS: `a:${'0'.repeat(64)}`, MAX_BODY_BYTES: '100' });
  expect(await (await request('/topics')).json()).toMatchObject({ error_code: 40_101 });
  expect((await send('{}')).status).toBe(401);
  const open = setup({ MAX_BODY_BYTES: '100' });
  const { status, text } = await open.send('x'.repeat(101));
  expect([status, JSON.parse(text)]).toEqual([
    413,
    { error_code: 413, message: 'A body may have 100 bytes at most' },
  ]);
  const wrong = await open.request('/topics', { method: 'DELETE' });
  expect([wrong.status, wrong.headers.get('Allow'), await wrong.json()]).toEqual([
    405,
    'GET, HEAD',
    { error_code: 405, message: 'Use GET, HEAD' },
  ]);
});

function withTopics(topics: Record<string, TopicCheck>) {
  const service = fakeService({ KAFKA_TOPICS: 'orders,later' });
  const asked: string[] = [];
  const missing: TopicCheck = { kind: 'failed', blame: 'topic', reason: 'UNKNOWN_TOPIC_OR_PARTITION' };
  Object.assign(service.publisher, {
    checkTopic(topic: string) {
      asked.push(topic);
      return Promise.resolve(topics[topic] ?? missing);
    },
  });
  const get = async (path: string) => {
    const response = await service.request(path);
    return [response.status, await response.json()];
  };
  return { ...service, get, asked };
}

describe('topics of API v2', () => {
  const REPLICAS = [{ broker: 0, leader: true, in_sync: true }];
  const partition = (number: number) => ({ partition: number, leader: 0, replicas: REPLICAS });

  test('are those that are allowed and there; their partitions are told', async () => {
    const { get } = withTopics({
      messages: { kind: 'ready', partitions: 1 },
      orders: { kind: 'ready', partitions: 2 },
    });
    expect(await get('/topics')).toEqual([200, ['messages', 'orders']]);
    expect(await get('/topics/orders')).toEqual([
      200,
      { name: 'orders', configs: {}, partitions: [partition(0), partition(1)] },
    ]);
    expect(await get('/topics/orders/partitions')).toEqual([200, [partition(0), partition(1)]]);
    expect(await get('/topics/orders/partitions/1')).toEqual([200, partition(1)]);
    expect(await get('/topics/orders/partitions/2')).toMatchObject([404, { error_code: 40_402 }]);
    for (const name of ['later', 'other'])
      expect(await get(`/topics/${name}`)).toEqual([
        404,
        { error_code: 40_401, message: 'Topic not found.' },
      ]);
    expect(await get('/brokers')).toEqual([200, { brokers: [0] }]);
  });

  test('that are made elsewhere are seen within 10 s, and Kafka is not asked each time', async () => {
    const topics: Record<string, TopicCheck> = {};
    const { get, asked, clock } = withTopics(topics);
    for (let i = 0; i < 3; i++) expect(await get('/topics/later')).toMatchObject([404, {}]);
    topics['later'] = { kind: 'ready', partitions: 1 };
    await clock.advance(10_000);
    expect(await get('/topics/later')).toMatchObject([200, {}]);
    expect(asked).toEqual(['later', 'later']);
  });

  test('are not told while Kafka is away, and a client does not wait for it', async () => {
    const { get, publisher, clock } = withTopics({});
    Object.assign(publisher, { checkTopic: () => new Promise(() => {}) });
    const late = get('/topics/orders');
    await clock.advance(1000);
    expect(await late).toEqual([503, { error_code: 50_003, message: 'Kafka is unavailable: try again' }]);
  });
});
