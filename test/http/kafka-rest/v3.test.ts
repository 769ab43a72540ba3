import { describe, expect, test } from 'bun:test';
import { concatenatedObjects } from '../../../src/http/ingress/kafka-rest/concatenated.ts';
import { recordValue } from '../../../src/message/record-value.ts';
import { KAFKA_DOWN } from '../../support/fakes/fake-publisher.ts';
import { fakeService } from '../../support/fakes/fake-service.ts';

const RECORDS = '/v3/clusters/c-1/topics/orders/records';
const base64 = (text: string) => Buffer.from(text).toString('base64');

function setup() {
  const service = fakeService({ KAFKA_TOPICS: 'orders' });
  const send = async (body: string, path = RECORDS, type = 'application/json') => {
    const headers = { 'Content-Type': type };
    const response = await service.request(path, { method: 'POST', body, headers });
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

const report = (over = {}) => ({
  error_code: 200,
  cluster_id: 'c-1',
  topic_name: 'orders',
  partition_id: 0,
  offset: 0,
  ...over,
});

describe('records of API v3', () => {
  test('one record is written as it says, and answered with its place', async () => {
    const { send, records } = setup();
    const { status, text } = await send(
      `{"partition_id":0,"headers":[{"name":"h","value":"${base64('v')}"}],"key":{"type":"STRING","data":"k"},"value":{"type":"JSON","data":{"n": 1.10}},"timestamp":"2025-12-02T10:00:00Z"}`,
    );
    const sizes = { key: { type: 'STRING', size: 1 }, value: { type: 'JSON', size: 11 } };
    expect([status, JSON.parse(text)]).toEqual([200, report(sizes)]);
    expect(records()).toMatchObject([
      {
        topic: 'orders',
        key: 'k',
        value: '{"n": 1.10}',
        headers: { h: 'v' },
        partition: 0,
        timestamp: Date.UTC(2025, 11, 2, 10),
      },
    ]);
  });

  test('several, one behind the other, have answers one behind the other; a bad one costs nobody else anything', async () => {
    const { send, records } = setup();
    const { status, text } = await send(
      '{"value":{"type":"BINARY","data":"/wA="}}{"value":{"type":"AVRO","data":1}}\n{"value":{"type":"STRING","data":"}{"}} {"key":{"data":null}}',
    );
    expect(status).toBe(200);
    expect(
      text
        .trimEnd()
        .split('\r\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      report({ value: { type: 'BINARY', size: 2 } }),
      {
        error_code: 42_206,
        message: 'value.type: Must be BINARY, JSON or STRING: there is no schema registry here',
      },
      report({ value: { type: 'STRING', size: 2 } }),
      report(),
    ]);
    expect(records().map(({ value }) => value)).toEqual([Buffer.from([255, 0]), '}{', null]);
  });

  test('a record that was queued has no place yet', async () => {
    const { send, publisher } = setup();
    publisher.answer = () => KAFKA_DOWN;
    const { status, headers, text } = await send('{"value":{"type":"JSON","data":1}}');
    expect([status, headers.get('X-Fallback-Mode')]).toEqual([200, 'true']);
    expect(JSON.parse(text)).toMatchObject({ error_code: 200, partition_id: -1, offset: -1 });
  });

  test.each<[body: string, status: number, code: number, message: string]>([
    ['', 400, 400, 'Send a record, as in {"value": {"type": "JSON", "data": 1}}'],
    ['{"value":', 422, 42_206, 'Is not a JSON object'],
    ['[1]', 422, 42_206, 'Is not a JSON object'],
    ['{"value":1}', 422, 42_206, 'value: Must be an object with type and data'],
    ['{"value":{"type":"BINARY","data":"?"}}', 422, 42_206, 'value: Is not base64 with padding'],
    [
      '{"key":{"type":"BINARY","data":"/w=="}}',
      422,
      42_206,
      'key.data: Is not UTF-8, which keys and headers have to be here',
    ],
    ['{"key":{"type":"STRING","data":1}}', 422, 42_206, 'key.data: Must be a string'],
    [
      '{"value":{"type":"STRING","data":1}}',
      422,
      42_206,
      'value: Must be a string, or null, with the encoding text',
    ],
    ['{"timestamp":"now"}', 422, 42_206, 'timestamp: Must be a time as in RFC 3339'],
    ['{"headers":[{"name":"a"}]}', 422, 42_206, 'headers.0.value: Is not base64 with padding'],
    ['{"headers":{}}', 422, 42_206, 'headers: Must be an array'],
    ['{"partition_id":-1}', 422, 42_206, 'partition: Must be 0 or more'],
  ])('that is wrong is told so, by the status too: %s', async (body, status, error_code, message) => {
    const { send, publisher } = setup();
    const answer = await send(body);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, { error_code, message }]);
    expect(publisher.calls).toEqual([]);
  });

  test('a topic that is not allowed and another media type are errors of the family', async () => {
    const { send } = setup();
    expect(JSON.parse((await send('{}', '/v3/clusters/c/topics/none/records')).text)).toEqual({
      error_code: 40_401,
      message: 'Topic not found.',
    });
    expect((await send('{}', RECORDS, 'text/plain')).status).toBe(415);
  });
});

const batch = (...entries: object[]) => JSON.stringify({ entries });

describe('batches of API v3', () => {
  test('are answered by entry', async () => {
    const { send } = setup();
    const value = { type: 'JSON', data: 1 };
    const { status, text } = await send(
      batch({ id: '1', value }, { id: '2', value: 2 }, { id: '3', value }),
      `${RECORDS}:batch`,
    );
    const size = { value: { type: 'JSON', size: 1 } };
    expect([status, JSON.parse(text)]).toEqual([
      207,
      {
        successes: [
          { id: '1', ...report(size) },
          { id: '3', ...report(size) },
        ],
        failures: [{ id: '2', error_code: 42_206, message: 'value: Must be an object with type and data' }],
      },
    ]);
  });

  test.each([
    [batch(), 'Empty batch.'],
    ['{}', 'Empty batch.'],
    [batch({}), 'Batch entry identifier is not a valid string.'],
    [batch({ id: '1' }, { id: '1' }), 'Batch entry IDs are not distinct.'],
  ])('that are wrong as a whole are refused: %s', async (body, message) => {
    const { send } = setup();
    const answer = await send(body, `${RECORDS}:batch`);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([422, { error_code: 42_208, message }]);
  });

  test('of which nobody could take anything are 503', async () => {
    const { send, publisher, store } = setup();
    publisher.answer = () => KAFKA_DOWN;
    store.fault = { kind: 'failed', reason: 'away' };
    const answer = await send(batch({ id: '1' }), `${RECORDS}:batch`);
    expect([answer.status, answer.headers.has('Retry-After')]).toEqual([503, true]);
    expect(JSON.parse(answer.text)).toMatchObject({ failures: [{ id: '1', error_code: 50_003 }] });
  });
});

test('clients find one cluster', async () => {
  const { request } = setup();
  const list = (await (await request('/v3/clusters')).json()) as { kind: string; data: object[] };
  expect(list).toMatchObject({
    kind: 'KafkaClusterList',
    data: [{ kind: 'KafkaCluster', cluster_id: 'spillway' }],
  });
  expect(await (await request('/v3/clusters/c-1')).json()).toMatchObject({ cluster_id: 'c-1' });
});

test.each<[text: string, objects: string[]]>([
  ['', []],
  [' \n', []],
  ['{}{"a":"}"}\r\n{"b":"\\""}', ['{}', '{"a":"}"}', '\r\n{"b":"\\""}']],
  ['{"a":{}} x', ['{"a":{}}', ' x']],
  ['{"a":"', ['{"a":"']],
  ['}{}', ['}{}']],
  ['1{}', ['1{}']],
  ['[{},{}]', ['[{},{}]']],
  ['{},{}', ['{}', ',{}']],
  ['"{}"{}', ['"{}"{}']],
])('%p is split into its objects', (text, objects) => {
  expect(concatenatedObjects(text)).toEqual(objects);
});
