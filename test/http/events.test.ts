import { describe, expect, test } from 'bun:test';
import { CloudEvent, HTTP, Kafka, type KafkaMessage } from 'cloudevents';
import { recordHeaders } from '../../src/message/message.ts';
import { recordValue } from '../../src/message/record-value.ts';
import { KAFKA_DOWN } from '../support/fakes/fake-publisher.ts';
import { fakeService } from '../support/fakes/fake-service.ts';

type Headers = Record<string, string>;

function setup() {
  const service = fakeService({ KAFKA_TOPICS: 'events' });
  const send = (headers: object, body: unknown, query = '') =>
    service.request(`/v1/events${query}`, {
      method: 'POST',
      headers: headers as Headers,
      body: body as string,
    });
  const records = () =>
    service.publisher.calls.flat().map((message) => ({
      topic: message.topic,
      key: message.key,
      headers: recordHeaders(message),
      value: recordValue(message),
    }));
  return { ...service, send, records };
}

const STRUCTURED = { 'Content-Type': 'application/cloudevents+json' };
const BATCHED = { 'Content-Type': 'application/cloudevents-batch+json; charset=utf-8' };
const CE = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/a', 'ce-type': 't' };
const EVENT = { specversion: '1.0', id: '1', source: '/a', type: 't' };
const without = (name: keyof typeof EVENT) => JSON.stringify({ ...EVENT, [name]: undefined });
const withMembers = (members: object) => JSON.stringify({ ...EVENT, ...members });

describe('an event in binary mode', () => {
  test('becomes a record with its attributes as headers, its data byte for byte, and its partition key', async () => {
    const { send, records } = setup();
    const headers = {
      ...CE,
      'ce-partitionkey': 'customer-7',
      'ce-subject': '%C3%BC "%25"',
      'ce-Comment': '"in \\"quotes\\""',
      'Content-Type': 'application/json',
    };
    const response = await send(headers, '{"n": 1.10}', '?topic=events');
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ id: '/a 1', status: 'published', topic: 'events' });
    expect(records()).toEqual([
      {
        topic: 'events',
        key: 'customer-7',
        headers: {
          ce_specversion: '1.0',
          ce_id: '1',
          ce_source: '/a',
          ce_type: 't',
          ce_partitionkey: 'customer-7',
          ce_subject: 'ü "%"',
          ce_comment: 'in "quotes"',
          'content-type': 'application/json',
          'spillway-id': '/a 1',
        },
        value: Buffer.from('{"n": 1.10}'),
      },
    ]);
  });

  test('keeps each character of an attribute: a byte order mark at its beginning too', async () => {
    const { send, records } = setup();
    const key = '%EF%BB%BFa';
    expect((await send({ ...CE, 'ce-partitionkey': key }, '1')).status).toBe(202);
    expect(records()).toMatchObject([{ key: '\uFEFFa', headers: { ce_partitionkey: '\uFEFFa' } }]);
  });
});

describe('events in structured and batched mode', () => {
  test('become records whose values are their texts, digit for digit', async () => {
    const { send, records } = setup();
    const [first, second] = [
      ' {"specversion":"1.0", "id":"1","source":"/a","type":"t","data":1.10} ',
      withMembers({ id: '2', partitionkey: 'k' }),
    ];
    expect((await send(STRUCTURED, first)).status).toBe(202);
    expect((await send(BATCHED, `[${second}]`)).status).toBe(202);
    const headers = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };
    expect(records()).toEqual([
      { topic: 'messages', key: null, headers: { ...headers, 'spillway-id': '/a 1' }, value: first.trim() },
      { topic: 'messages', key: 'k', headers: { ...headers, 'spillway-id': '/a 2' }, value: second },
    ]);
  });

  test('one outcome an event, in order; a bad one costs its neighbours nothing', async () => {
    const { send } = setup();
    const response = await send(
      BATCHED,
      `[${withMembers({ id: '1' })},1,${without('type')},${withMembers({ id: '2' })}]`,
    );
    expect(response.status).toBe(207);
    const { items } = (await response.json()) as { items: { id?: string; error?: { status: number } }[] };
    expect(items.map(({ id, error }) => id ?? error?.status)).toEqual(['/a 1', 400, 422, '/a 2']);
  });

  test('a batch without events is accepted', async () => {
    const { send } = setup();
    const response = await send(BATCHED, '[]');
    expect([response.status, await response.json()]).toEqual([
      202,
      { published: 0, queued: 0, rejected: 0, unavailable: 0, items: [] },
    ]);
  });
});

test('an event is known by its source and id: a repeat is told as one, in whichever mode', async () => {
  const { send, clock } = setup();
  expect((await send(STRUCTURED, withMembers({}))).headers.get('Location')).toBe('/v1/messages/%2Fa%201');
  await clock.advance(0);
  expect((await send(STRUCTURED, withMembers({}))).headers.get('Idempotency-Replayed')).toBe('true');
  expect(
    (await send(STRUCTURED, withMembers({ source: '/b' }))).headers.get('Idempotency-Replayed'),
  ).toBeNull();
  const long = withMembers({ source: `/${'a'.repeat(300)}` });
  const { id } = (await (await send(STRUCTURED, long)).json()) as { id: string };
  expect(id).toMatch(/^sha256:[\da-f]{64}$/);
});

test('while Kafka is away an event is queued', async () => {
  const { send, publisher } = setup();
  publisher.answer = () => KAFKA_DOWN;
  const response = await send(STRUCTURED, withMembers({}));
  expect([response.status, response.headers.get('X-Fallback-Mode')]).toEqual([202, 'true']);
});

const NO_EVENT =
  'Send a CloudEvent: the header ce-specversion and others, or Content-Type: application/cloudevents+json or application/cloudevents-batch+json';

describe('what is no event is answered, and never written', () => {
  test.each<[headers: object, body: string, query: string, status: number, detail: string, errors?: object]>([
    [{}, '{}', '', 415, NO_EVENT],
    [{ 'Content-Type': 'application/json' }, withMembers({}), '', 415, NO_EVENT],
    [
      { 'Content-Type': 'application/cloudevents+avro' },
      '',
      '',
      415,
      'Send JSON, with the header Content-Type: application/cloudevents+json or application/cloudevents-batch+json',
    ],
    [{ 'Content-Type': 'application/cloudevents+json; charset=latin1' }, '{}', '', 415, 'Send JSON in UTF-8'],
    [
      { ...CE, 'Content-Type': 'application/cloudevents+json; charset' },
      '',
      '',
      415,
      'Send JSON, with the header Content-Type: application/cloudevents+json or application/cloudevents-batch+json',
    ],
    [STRUCTURED, '[]', '', 400, 'Is not a JSON object'],
    [STRUCTURED, '{', '', 400, 'Is not a JSON object'],
    [BATCHED, '{}', '', 400, 'Send a JSON array of events'],
    [
      { ...STRUCTURED, 'Idempotency-Key': 'a' },
      withMembers({}),
      '',
      422,
      'Send no Idempotency-Key: an event is known by its source and id',
    ],
  ])('%p %s %s', async (headers, body, query, status, detail) => {
    const { send, publisher } = setup();
    const response = await send(headers, body, query);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ detail });
    expect(publisher.calls).toEqual([]);
  });

  const INTEGER = 'Must be a string, a boolean, or an integer of 32 bits';
  test.each<[headers: object, body: string, query: string, path: string, message: string]>([
    [STRUCTURED, without('specversion'), '', 'specversion', 'Is required'],
    [STRUCTURED, without('id'), '', 'id', 'Is required'],
    [STRUCTURED, without('source'), '', 'source', 'Is required'],
    [STRUCTURED, withMembers({ type: null }), '', 'type', 'Is required'],
    [STRUCTURED, withMembers({ specversion: '0.3' }), '', 'specversion', 'Must be 1.0'],
    [STRUCTURED, withMembers({ id: 1 }), '', 'id', 'Must be a string'],
    [STRUCTURED, withMembers({ id: '' }), '', 'id', 'Must not be empty'],
    [STRUCTURED, withMembers({ id: 'a\nb' }), '', 'id', 'Has a control character'],
    [STRUCTURED, withMembers({ id: '\ud800' }), '', 'id', 'Has a lone surrogate: not valid Unicode'],
    [STRUCTURED, withMembers({ source: 'a b' }), '', 'source', 'Must be a URI'],
    [STRUCTURED, withMembers({ dataschema: 'ü' }), '', 'dataschema', 'Must be a URI'],
    [STRUCTURED, withMembers({ time: 'yesterday' }), '', 'time', 'Must be a time as in RFC 3339'],
    [STRUCTURED, withMembers({ time: '2026-13-01T00:00:00Z' }), '', 'time', 'Must be a time as in RFC 3339'],
    [STRUCTURED, withMembers({ partitionkey: 7 }), '', 'partitionkey', 'Must be a string'],
    [STRUCTURED, withMembers({ ext: 1.5 }), '', 'ext', INTEGER],
    [STRUCTURED, withMembers({ ext: 2 ** 31 }), '', 'ext', INTEGER],
    [STRUCTURED, withMembers({ ext: {} }), '', 'ext', INTEGER],
    [
      STRUCTURED,
      withMembers({ data: 1, data_base64: 'AA==' }),
      '',
      'data',
      'Stands beside data_base64: send one of them',
    ],
    [STRUCTURED, withMembers({ data_base64: 'AA' }), '', 'data_base64', 'Is not base64 with padding'],
    [
      STRUCTURED,
      withMembers({ 'my-ext': 1 }),
      '',
      'my-ext',
      'Is not a name of an attribute: they have lower-case letters and digits',
    ],
    [STRUCTURED, withMembers({}), '?topic=none', 'topic', 'Is not one of the topics that this service takes'],
    [STRUCTURED, withMembers({}), '?key=a', 'key', 'Is no parameter here: there is topic'],
    [
      { ...CE, 'ce-data': 'x' },
      '',
      '',
      'data',
      'Is not a name of an attribute: it is the content of the event',
    ],
    [{ ...CE, 'ce-id': '%FF' }, '', '', 'id', 'Must be ASCII, or percent-encoded UTF-8'],
    [{ ...CE, 'ce-subject': 'ü' }, '', '', 'subject', 'Must be ASCII, or percent-encoded UTF-8'],
    [{ ...CE, 'ce-datacontenttype': 'a/b' }, '', '', 'datacontenttype', 'Is what Content-Type says'],
    [
      { ...CE, 'ce-__proto__': 'x' },
      '',
      '',
      '__proto__',
      'Is not a name of an attribute: they have lower-case letters and digits',
    ],
    [{ 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/a' }, '', '', 'type', 'Is required'],
  ])('%p %s %s', async (headers, body, query, path, message) => {
    const { send, publisher } = setup();
    const response = await send(headers, body, query);
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { errors: { path: string; message: string }[] };
    expect(errors).toContainEqual({ path, message });
    expect(publisher.calls).toEqual([]);
  });
});

test('of thousands of wrong attributes the first are named, and the rest counted', async () => {
  const { send } = setup();
  const wrong = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`Wrong-${n}`, 1]));
  const { errors } = (await (await send(STRUCTURED, withMembers(wrong))).json()) as { errors: object[] };
  expect(errors).toHaveLength(21);
  expect(errors.at(-1)).toEqual({ path: '', message: 'Has 4980 more invalid fields' });
});

describe('the SDK for JavaScript', () => {
  const sent = new CloudEvent({
    id: 'A 234-1',
    source: 'https://shop.example/orders?x=1',
    type: 'order.paid',
    // The SDK does not encode headers: what is no ASCII it can't send in binary mode.
    subject: 'Zurich 100%',
    time: '2026-11-27T10:00:00.000Z',
    partitionkey: 'customer-7',
    count: 3,
    datacontenttype: 'application/json',
    data: { total: 19.9 },
  });

  test.each([
    ['binary', HTTP.binary],
    ['structured', HTTP.structured],
  ])('sends an event in %s mode, and reads it back from the record', async (_, write) => {
    const { send, records } = setup();
    const { headers, body } = write(sent);
    expect((await send(headers, body)).status).toBe(202);
    const [record] = records();
    const message = { ...record, value: String(record?.value) } as unknown as KafkaMessage<string>;
    const received = Kafka.toEvent(message) as CloudEvent<unknown>;
    // Extensions are texts in headers, of which the SDK does not know the types.
    const { count, ...attributes } = received.toJSON();
    expect({ ...attributes, count: Number(count) }).toMatchObject(sent.toJSON());
  });
});
