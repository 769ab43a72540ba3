import { describe, expect, test } from 'bun:test';
import { fromEntry } from '../../../src/message/entry.ts';
import { KAFKA_DOWN } from '../../support/fakes/fake-publisher.ts';
import { fakeService } from '../../support/fakes/fake-service.ts';

async function problemOf(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  const body = (await response.json()) as Record<string, unknown>;
  expect(body['status']).toBe(response.status);
  expect(body['requestId']).toBe(response.headers.get('X-Request-Id'));
  for (const member of ['type', 'title', 'detail', 'requestId']) expect(body[member]).toBeString();
  return body;
}

describe('POST /v1/messages', () => {
  test('answers 202 with where the message stands in Kafka', async () => {
    const { post } = fakeService();
    const response = await post('{"value":1,"id":"a/b"}');
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({
      id: 'a/b',
      status: 'published',
      topic: 'messages',
      partition: 0,
      offset: '0',
    });
    expect(response.headers.get('Location')).toBe('/v1/messages/a%2Fb');
    expect(response.headers.has('X-Fallback-Mode')).toBe(false);
  });

  test('answers 202 with X-Fallback-Mode for what it parked', async () => {
    const { post, publisher, store } = fakeService();
    publisher.answer = () => KAFKA_DOWN;
    const response = await post('{"value": 1.10 ,"id":"a"}');
    expect(response.status).toBe(202);
    expect(response.headers.get('X-Fallback-Mode')).toBe('true');
    expect(response.headers.get('Location')).toBe('/v1/messages/a');
    expect(await response.json()).toEqual({ id: 'a', status: 'queued', topic: 'messages' });
    expect(store.contents.waiting.map(fromEntry)).toMatchObject([{ id: 'a', value: '1.10' }]);
  });

  test('answers 503 with the exact detail and Retry-After where nobody could take it', async () => {
    const { post, publisher, store } = fakeService({
      KAFKA_BREAKER_FAIL_MAX: '1',
      REDIS_BREAKER_FAIL_MAX: '1',
    });
    publisher.answer = () => KAFKA_DOWN;
    store.fault = { kind: 'failed', reason: 'secret: stack at line 1' };
    const responses = [await post('{"value":1}'), await post('{"value":1}')];
    expect(responses.map((response) => response.headers.get('Retry-After'))).toEqual(['1', '15']);
    for (const response of responses) {
      expect(response.status).toBe(503);
      const body = await problemOf(response);
      expect(body['detail']).toBe('Message processing services temporarily unavailable');
      expect(JSON.stringify(body)).not.toContain('secret');
    }
  });

  test('a 503 names the id to send again with: what was told unavailable may still be on its way', async () => {
    const { post, publisher, store } = fakeService();
    publisher.answer = () => KAFKA_DOWN;
    store.fault = { kind: 'failed', reason: 'gone' };
    const own = await problemOf(await post('{"value":1,"id":"mine"}'));
    const given = await problemOf(await post('{"value":1}'));
    expect(own['id']).toBe('mine');
    expect(given['id']).toBe(publisher.calls.flat().at(-1)?.id as string);
  });

  test('a client that goes away in the middle of its body is no fault of the service', async () => {
    const { post, log } = fakeService();
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('Aborted')) });
    const response = await post(broken);
    expect((await problemOf(response))['status']).toBe(400);
    expect(log.lines).toEqual([]);
  });

  test('gives a message without an id a new one', async () => {
    const { post } = fakeService();
    const ids = [await post('{"value":1}'), await post('{"value":1}')].map(async (response) => {
      const { id } = (await response.json()) as { id: string };
      return id;
    });
    expect(new Set(await Promise.all(ids)).size).toBe(2);
  });

  test('hands the trace of the request on to the record', async () => {
    const { post, publisher } = fakeService();
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await post('{"value":1,"headers":{"x":"y"}}', { traceparent, tracestate: 'v=1' });
    await post(`{"value":1,"headers":{"traceparent":"own"}}`, { traceparent });
    await post('{"value":1}', { traceparent: 'nonsense', tracestate: 'v=1' });
    expect(publisher.calls.flat().map(({ headers }) => headers)).toEqual([
      { traceparent, tracestate: 'v=1', x: 'y' },
      { traceparent: 'own' },
      {},
    ]);
  });

  test.each([
    ['not JSON', '{', {}, 400, 'not-json'],
    ['empty', '', {}, 400, 'not-json'],
    ['not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), {}, 400, 'not-json'],
    ['too large', `{"value":"${'x'.repeat(1000)}"}`, {}, 413, 'too-large'],
    ['a form', 'a=b', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-media-type'],
    [
      'in Latin 1',
      '{"value":1}',
      { 'Content-Type': 'application/json; charset=latin1' },
      415,
      'unsupported-media-type',
    ],
    [
      'compressed in a way that nobody knows',
      '{"value":1}',
      { 'Content-Encoding': 'br' },
      415,
      'unsupported-media-type',
    ],
    ['not compressed as it says', '{"value":1}', { 'Content-Encoding': 'gzip' }, 400, 'malformed'],
    ['of a wrong shape', '{"valu":1}', {}, 422, 'invalid-message'],
  ])('a body that is %s is a problem, and nothing is written', async (_, body, headers, status, code) => {
    const { post, publisher, store } = fakeService({ MAX_BODY_BYTES: '500' });
    const response = await post(body, headers);
    expect(response.status).toBe(status);
    expect((await problemOf(response))['type']).toBe(`urn:spillway:problem:${code}`);
    expect(publisher.calls).toEqual([]);
    expect(store.contents.waiting).toEqual([]);
  });

  test('a body whose length is not stated is cut off at the limit too', async () => {
    const { post, publisher } = fakeService({ MAX_BODY_BYTES: '500' });
    const endless = new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(100)) });
    expect((await post(endless)).status).toBe(413);
    expect(publisher.calls).toEqual([]);
  });

  test('names every field that is wrong', async () => {
    const { post } = fakeService();
    const response = await post('{"value":1,"topic":"nowhere","headers":{"spillway-id":"x"}}');
    expect(response.status).toBe(422);
    const { errors } = (await problemOf(response)) as { errors: { path: string; message: string }[] };
    expect(errors.map(({ path }) => path)).toEqual(['topic', 'headers.spillway-id']);
    for (const { message } of errors) expect(message).toBeString();
  });

  test.each([
    ['too-large', 413],
    ['invalid', 422],
  ] as const)('a message that Kafka refuses as %s is answered %d, and not parked', async (cause, status) => {
    const { post, publisher, store } = fakeService();
    publisher.answer = () => ({ kind: 'rejected', cause, reason: 'Kafka refused the message' });
    const response = await post('{"value":1}');
    expect(response.status).toBe(status);
    await problemOf(response);
    expect(store.contents.waiting).toEqual([]);
  });
});

describe('elsewhere', () => {
  test.each([
    ['GET', '/v1/messages', 'POST'],
    ['DELETE', '/health/live', 'GET, HEAD'],
    ['POST', '/health/ready', 'GET, HEAD'],
    ['POST', '/metrics', 'GET, HEAD'],
  ])('%s %s is answered 405 with what is allowed', async (method, path, allow) => {
    const response = await fakeService().request(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('Allow')).toBe(allow);
    await problemOf(response);
  });

  test.each(['/', '/v1', '/v1/messages/', '/dev/kafka', '/dev/kafka/fail'])(
    '%s is answered 404',
    async (path) => {
      const response = await fakeService().request(path, { method: 'POST' });
      expect(response.status).toBe(404);
      await problemOf(response);
    },
  );

  test("a client's request id comes back", async () => {
    const response = await fakeService().request('/nowhere', { headers: { 'X-Request-Id': 'mine-1' } });
    expect(response.headers.get('X-Request-Id')).toBe('mine-1');
    expect((await problemOf(response))['requestId']).toBe('mine-1');
  });

  test('a fault of the service is a 500 without a stack, and the stack is in the log', async () => {
    const { post, store, publisher, log } = fakeService();
    publisher.answer = () => KAFKA_DOWN;
    store.list.park = () => {
      throw new Error('secret');
    };
    const response = await post('{"value":1}');
    expect(response.status).toBe(500);
    expect(JSON.stringify(await problemOf(response))).not.toContain('secret');
    expect(log.lines).toContain('ERROR A request failed because of a fault in the service');
  });

  test('once it is told to stop it refuses messages, and is not ready', async () => {
    const { post, finish, request, publisher } = fakeService();
    await finish();
    const response = await post('{"value":1}');
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('1');
    expect(response.headers.get('Connection')).toBe('close');
    await problemOf(response);
    expect(publisher.calls).toEqual([]);
    expect((await request('/health/ready')).status).toBe(503);
    expect((await request('/health/live')).status).toBe(200);
  });

  test.each([
    'Application/JSON',
    'application/json;charset=utf-8',
    'application/json; Charset="UTF-8"',
    'application/json; charset=utf8',
    'application/json ; q="a;charset=latin1" ; charset=UTF8',
    'application/json;',
    String.raw`application/json; q="a\";charset=latin1"`,
  ])('takes JSON that is announced as %s', async (type) => {
    expect((await fakeService().post('{"value":1}', { 'Content-Type': type })).status).toBe(202);
  });

  test.each([
    'application/json; charset="utf-16"',
    'application/json; charset=utf-8; charset=latin1',
    'application/json; charset="utf-8',
    'application/json charset=utf-8',
    'application/jsonp',
    'text/plain; x="application/json"',
  ])('does not take what is announced as %s, and says what it takes', async (type) => {
    const response = await fakeService().post('{"value":1}', { 'Content-Type': type });
    expect([response.status, response.headers.get('Accept')]).toEqual([415, 'application/json']);
  });

  test('reads a coding without regard to case, and says which it takes', async () => {
    const { post } = fakeService();
    expect((await post('{"value":1}', { 'Content-Encoding': 'Identity' })).status).toBe(202);
    const response = await post('{"value":1}', { 'Content-Encoding': 'gzip, gzip' });
    expect([response.status, response.headers.get('Accept-Encoding')]).toEqual([
      415,
      'gzip, deflate, zstd, identity',
    ]);
  });

  test.each([
    ['zeros for a trace', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`],
    ['zeros for a parent', `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01`],
    ['the version ff', `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`],
    ['capitals', `00-${'A'.repeat(32)}-${'b'.repeat(16)}-01`],
  ])('ignores a traceparent with %s', async (_, traceparent) => {
    const { post, publisher } = fakeService();
    expect((await post('{"value":1}', { traceparent, tracestate: 'v=1' })).status).toBe(202);
    expect(publisher.calls.flat()[0]?.headers).toEqual({});
  });

  test.each(['1e3', '1.0', '1E0', '-0', '"1"'])('does not take %s for a timestamp', async (timestamp) => {
    const response = await fakeService().post(`{"value":{"timestamp":1},"timestamp":${timestamp}}`);
    expect(response.status).toBe(422);
    expect((await problemOf(response))['errors']).toMatchObject([{ path: 'timestamp' }]);
  });

  test.each([
    ['a field', (long: string) => `{"value":1,"${long}":1}`],
    ['a header', (long: string) => `{"value":1,"headers":{"${long}":1}}`],
    ['a topic', (long: string) => `{"value":1,"topic":"${long}"}`],
    ['an id', (long: string) => `{"value":1,"id":"${long}"}`],
  ])('never repeats %s of half a megabyte', async (_, body) => {
    const response = await fakeService().post(body('x'.repeat(500_000)));
    expect(response.status).toBe(422);
    expect((await response.text()).length).toBeLessThan(1000);
  });
});

test('a path or an id that is not there is not repeated as a whole', async () => {
  const { request } = fakeService();
  for (const path of [`/${'x'.repeat(10_000)}`, `/v1/messages/${'x'.repeat(10_000)}`]) {
    const response = await request(path);
    expect(response.status).toBe(404);
    expect((await response.text()).length).toBeLessThan(1000);
  }
});

test.each(['/health/live', '/health/ready', '/metrics', '/nowhere', '/v1/messages/unknown'])(
  'HEAD %s has the status and the length of GET',
  async (path) => {
    const { request } = fakeService();
    const headers = { 'X-Request-Id': 'same' };
    const [get, head] = [await request(path, { headers }), await request(path, { method: 'HEAD', headers })];
    expect(head.status).toBe(get.status);
    expect(head.headers.get('Content-Length')).toBe(String((await get.arrayBuffer()).byteLength));
    expect(await head.text()).toBe('');
  },
);
