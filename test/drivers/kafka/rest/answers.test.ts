import { describe, expect, test } from 'bun:test';
import { array, assert, asyncProperty, constantFrom, json, jsonValue, oneof, string } from 'fast-check';
import type { DialectName } from '../../../../src/drivers/kafka/rest/dialects.ts';
import type { PublishResult } from '../../../../src/ports/publisher.ts';
import { aMessage } from '../../../support/fakes/messages.ts';
import { javaText } from '../../../support/kafka/rest-proxy/java-texts.ts';
import { ScriptedFetch } from '../../../support/kafka/rest-proxy/scripted-fetch.ts';
import { openRest } from '../../../support/kafka/open-rest.ts';

const OK = { kind: 'published' };
const DOUBT = { kind: 'failed', blame: 'kafka', maybeWritten: true };
const KAFKA = { kind: 'failed', blame: 'kafka', maybeWritten: false };
const PARTITION = { kind: 'failed', blame: 'partition', maybeWritten: false };
const PARTITION_DOUBT = { kind: 'failed', blame: 'partition', maybeWritten: true };
const TOPIC = { kind: 'failed', blame: 'topic', maybeWritten: false };
const TOO_LARGE = { kind: 'rejected', cause: 'too-large' };
const INVALID = { kind: 'rejected', cause: 'invalid' };
const ALL: readonly DialectName[] = ['strimzi', 'confluent-v2', 'confluent-v3', 'redpanda'];

/** What becomes of so many messages of one key when the proxy answers this. */
async function told(dialect: DialectName, body: string, { status = 200, count = 1 } = {}) {
  const proxy = new ScriptedFetch(() => new Response(body, { status }));
  const publisher = openRest({ url: 'http://proxy' }, { dialect, clusterId: 'c', fetch: proxy.fetch });
  const messages = Array.from({ length: count }, (_, index) =>
    aMessage({ key: 'k', value: `"secret ${index}"` }),
  );
  return publisher.publish(messages);
}

const offsets = (...items: readonly unknown[]) => JSON.stringify({ offsets: items });
const reports = (...items: readonly unknown[]) => items.map((item) => JSON.stringify(item)).join('\r\n');
const at = (partition: unknown, offset: unknown) => ({ partition, offset });
const at3 = (partition: unknown, offset: unknown) => ({ error_code: 200, partition_id: partition, offset });
const places = (results: readonly PublishResult[]) =>
  results.map((result) =>
    result.kind === 'published' ? `${result.partition}/${result.offset}` : result.kind,
  );

describe('an answer with results', () => {
  test.each(['strimzi', 'confluent-v2'] as const)('of %s has one for each record', async (dialect) => {
    const results = await told(dialect, offsets(at(2, 7), at(0, 0), at(2, 8)), { count: 3 });
    expect(places(results)).toEqual(['2/7', '0/0', '2/8']);
  });

  test('of confluent-v3 has one for each record', async () => {
    const results = await told('confluent-v3', reports(at3(2, 7), at3(0, 0), at3(2, 8)), { count: 3 });
    expect(places(results)).toEqual(['2/7', '0/0', '2/8']);
  });

  test('of redpanda has the first offset of all records', async () => {
    expect(places(await told('redpanda', offsets(at(2, 7)), { count: 3 }))).toEqual(['2/7', '2/8', '2/9']);
  });

  test.each([
    ['too few', offsets(at(0, 1))],
    ['too many', offsets(at(0, 1), at(0, 2), at(0, 3))],
    ['none', offsets()],
  ])('of the v2 family with %s says nothing of any record', async (_, body) => {
    for (const dialect of ['strimzi', 'confluent-v2'] as const)
      expect(await told(dialect, body, { count: 2 })).toMatchObject([DOUBT, DOUBT]);
  });

  test('of redpanda with two partitions says nothing of any record', async () => {
    expect(await told('redpanda', offsets(at(0, 1), at(1, 1)), { count: 2 })).toMatchObject([DOUBT, DOUBT]);
  });

  test('of confluent-v3 that breaks off is good as far as it goes', async () => {
    const whole = reports(at3(0, 1), at3(0, 2), at3(0, 3));
    const cut = whole.slice(0, whole.length - 5);
    expect(await told('confluent-v3', cut, { count: 3 })).toMatchObject([OK, OK, DOUBT]);
    expect(await told('confluent-v3', whole, { count: 2 })).toMatchObject([DOUBT, DOUBT]);
  });

  test.each([
    ['null', null],
    ['text', '7'],
    ['-1, as without acknowledgement', -1],
    ['a fraction', 1.5],
    ['beyond what a number can be', 1e300],
  ])('with a place that is %s has published nothing', async (_, wrong) => {
    for (const dialect of ['strimzi', 'confluent-v2', 'redpanda'] as const) {
      expect(await told(dialect, offsets(at(0, wrong)))).toMatchObject([DOUBT]);
      expect(await told(dialect, offsets(at(wrong, 0)))).toMatchObject([DOUBT]);
    }
    expect(await told('confluent-v3', reports(at3(0, wrong)))).toMatchObject([DOUBT]);
    expect(await told('confluent-v3', reports(at3(wrong, 0)))).toMatchObject([DOUBT]);
  });
});

describe('an error of a record, with status 200,', () => {
  const java: [string, object][] = [
    ['MESSAGE_TOO_LARGE', TOO_LARGE],
    ['INVALID_RECORD', INVALID],
    ['INVALID_TIMESTAMP', { kind: 'rejected', cause: 'timestamp' }],
    ['INVALID_TOPIC_EXCEPTION', INVALID],
    ['UNKNOWN_TOPIC_OR_PARTITION', TOPIC],
    ['TOPIC_AUTHORIZATION_FAILED', TOPIC],
    ['NOT_ENOUGH_REPLICAS', PARTITION],
    ['REQUEST_TIMED_OUT', DOUBT],
  ];
  test.each(java)('%s is told by its text, and spares its neighbour', async (error, expected) => {
    const message = javaText(error, 'messages');
    const strimzi = offsets({ error_code: 500, message }, at(0, 1));
    expect(await told('strimzi', strimzi, { count: 2 })).toMatchObject([expected, OK]);
    const v2 = offsets({ partition: null, offset: null, error_code: 50_002, error: message }, at(0, 1));
    expect(await told('confluent-v2', v2, { count: 2 })).toMatchObject([expected, OK]);
    const v3 = reports({ error_code: 50_002, message }, at3(0, 1));
    expect(await told('confluent-v3', v3, { count: 2 })).toMatchObject([expected, OK]);
  });

  test.each([
    [413, TOO_LARGE],
    [429, KAFKA],
    [42_901, KAFKA],
    [400, TOPIC],
    [42_206, TOPIC],
    [40_002, DOUBT],
    [40_101, KAFKA],
    [40_301, TOPIC],
    [40_401, TOPIC],
    [40_403, TOPIC],
    [50_002, DOUBT],
    [50_003, DOUBT],
    [0, DOUBT],
  ])('%d is told by its number where the text says nothing', async (code, expected) => {
    const body = reports({ error_code: code, message: 'Something else' }, at3(0, 1));
    expect(await told('confluent-v3', body, { count: 2 })).toMatchObject([expected, OK]);
  });

  test('a status of 403 for one record is no verdict on the others', async () => {
    const refused = { partition: null, offset: null, error_code: 40_301, error: 'Not authorized' };
    const results = await told('confluent-v2', offsets(refused, at(0, 1)), { status: 403, count: 2 });
    expect(results).toMatchObject([TOPIC, OK]);
  });

  const kafka: [number, object][] = [
    [3, TOPIC],
    [5, { ...TOPIC, maybeWritten: true }],
    [29, TOPIC],
    [31, KAFKA],
    [58, KAFKA],
    [8, DOUBT],
    [2, PARTITION_DOUBT],
    [17, TOPIC],
    [19, PARTITION_DOUBT],
    [44, PARTITION_DOUBT],
    [7, PARTITION_DOUBT],
    [-1, PARTITION_DOUBT],
    // They may be about a record of another request in the same batch.
    [10, TOPIC],
    [87, TOPIC],
  ];
  test.each(kafka)('%d of redpanda is Kafka’s own number', async (code, expected) => {
    expect(await told('redpanda', offsets({ partition: 0, error_code: code, offset: -1 }))).toMatchObject([
      expected,
    ]);
  });
});

describe('an answer without results', () => {
  const statuses: [number, string, object][] = [
    [200, '<html>Welcome</html>', DOUBT],
    [200, '', DOUBT],
    [200, '[]', DOUBT],
    [204, '', DOUBT],
    [301, '', KAFKA],
    [307, '', KAFKA],
    [400, '{"error_code":400,"message":"Bad Request"}', TOPIC],
    [401, '', KAFKA],
    [403, '<html>', KAFKA],
    [403, '{"error_code":40301,"message":"Not authorized to access topics: [t]"}', TOPIC],
    [404, '<html>Not found</html>', KAFKA],
    [404, '{"error_code":404,"message":"Not Found"}', KAFKA],
    [404, '{"error_code":404,"message":"The specified topic was not found."}', TOPIC],
    [404, '{"error_code":40401,"message":"Topic not found."}', TOPIC],
    [404, '{"error_code":404,"message":"Cluster c cannot be found."}', KAFKA],
    [405, '', KAFKA],
    [406, '', KAFKA],
    [408, '', DOUBT],
    [413, '<html>', TOO_LARGE],
    [415, '', KAFKA],
    [422, '{"error_code":422}', TOPIC],
    [429, '', KAFKA],
    [500, '{"error_code":50002}', DOUBT],
    [502, '<html>', DOUBT],
    [503, '<html>', DOUBT],
    [503, '{"error_code":503,"message":"Bridge is overloaded, please retry later"}', KAFKA],
    [504, '', DOUBT],
    [599, '', DOUBT],
  ];
  test.each(statuses)('with %d %s', async (status, body, expected) => {
    const text = status === 204 ? undefined : body;
    for (const dialect of ALL) {
      const proxy = new ScriptedFetch(() => new Response(text, { status }));
      const publisher = openRest({ url: 'http://proxy' }, { dialect, clusterId: 'c', fetch: proxy.fetch });
      expect(await publisher.publish([aMessage()])).toMatchObject([expected]);
      expect(proxy.seen).toHaveLength(1);
    }
  });
});

test('whatever is answered, each message has a result, none is published by chance, and no reason tells the payload', async () => {
  const noise = oneof(
    string(),
    json(),
    jsonValue().map((value) => JSON.stringify({ offsets: value })),
    array(jsonValue()).map((values) => JSON.stringify({ offsets: values })),
    string().map((text) => `{"error_code":500,"message":${JSON.stringify(`secret ${text}`)}}`),
    string().map((text) => `{"error_code":200,"partition_id":0,"offset":"${text}`),
  );
  await assert(
    asyncProperty(
      noise,
      constantFrom(...ALL),
      constantFrom(200, 201, 302, 400, 401, 404, 413, 422, 500, 503),
      async (body, dialect, status) => {
        const results = await told(dialect, body, { status, count: 2 });
        expect(results).toHaveLength(2);
        for (const result of results) {
          expect(['failed', 'rejected', 'refused']).toContain(result.kind);
          expect(JSON.stringify(result)).not.toContain('secret');
        }
      },
    ),
  );
});
