import { describe, expect, test } from 'bun:test';
import { KAFKA_DOWN, PUBLISHED } from '../../support/fakes/fake-publisher.ts';
import { fakeService } from '../../support/fakes/fake-service.ts';

const BODY = '{"value":1,"id":"a"}';
const LIMITED = { RATE_LIMIT_MAX: '2', RATE_LIMIT_WINDOW_SECONDS: '60' };

describe('a message that is sent twice', () => {
  test.each([
    ['published', PUBLISHED, null],
    ['queued', KAFKA_DOWN, 'true'],
  ])('gets the receipt of the first, which was %s', async (_, result, fallback) => {
    const { post, publisher, store } = fakeService();
    publisher.answer = () => result;
    const first = await post(BODY);
    const second = await post(BODY);
    expect(second.status).toBe(202);
    expect(await second.json()).toEqual(await first.json());
    expect(second.headers.get('Location')).toBe('/v1/messages/a');
    expect(second.headers.get('Idempotency-Replayed')).toBe('true');
    expect(second.headers.get('X-Fallback-Mode')).toBe(fallback);
    expect(first.headers.has('Idempotency-Replayed')).toBe(false);
    expect(publisher.calls).toHaveLength(1);
    expect(store.contents.waiting.length).toBeLessThan(2);
  });

  test('is answered 409 while the first is on its way', async () => {
    const { post, publisher, request } = fakeService();
    const kafka = Promise.withResolvers<typeof PUBLISHED>();
    publisher.answer = () => kafka.promise;
    const first = post(BODY);
    const second = await post(BODY);
    expect([second.status, second.headers.get('Retry-After')]).toEqual([409, '1']);
    expect(await second.json()).toMatchObject({ type: 'urn:spillway:problem:in-flight', id: 'a' });
    kafka.resolve(PUBLISHED);
    expect((await first).status).toBe(202);
    expect((await post(BODY)).headers.get('Idempotency-Replayed')).toBe('true');
    const metrics = await (await request('/metrics')).text();
    expect(metrics).toContain('spillway_messages_total{outcome="in-flight"} 1');
    expect(metrics).toContain('spillway_messages_total{outcome="duplicate"} 1');
  });

  test('is taken when nobody took the first', async () => {
    const { post, publisher, store } = fakeService();
    publisher.answer = () => KAFKA_DOWN;
    store.list.park = () => Promise.resolve({ kind: 'failed', reason: 'full' });
    expect((await post(BODY)).status).toBe(503);
    publisher.answer = () => PUBLISHED;
    const second = await post(BODY);
    expect([second.status, second.headers.has('Idempotency-Replayed')]).toEqual([202, false]);
  });
});

describe('a client over its limit', () => {
  test('is answered 429 with when to come again, and others are not', async () => {
    const { app, publisher } = fakeService(LIMITED);
    const post = (clientAddress: string, headers: Record<string, string> = {}) =>
      app.request(
        '/v1/messages',
        { method: 'POST', body: '{"value":1}', headers: { 'Content-Type': 'application/json', ...headers } },
        { clientAddress },
      );
    const answers = [await post('192.0.2.1'), await post('192.0.2.1')];
    answers.push(await post('192.0.2.1', { 'X-Forwarded-For': '198.51.100.1' }), await post('192.0.2.2'));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 429, 202]);
    expect(answers.map(({ headers }) => headers.get('RateLimit'))).toEqual([
      '"default";r=1;t=30',
      '"default";r=0;t=60',
      '"default";r=0;t=60',
      '"default";r=1;t=30',
    ]);
    for (const { headers } of answers) expect(headers.get('RateLimit-Policy')).toBe('"default";q=2;w=60');
    expect(answers[2]?.headers.get('Retry-After')).toBe('30');
    expect(await answers[2]?.json()).toMatchObject({ type: 'urn:spillway:problem:limited', status: 429 });
    expect(publisher.calls).toHaveLength(3);
  });

  test('without a limit nothing is said of one', async () => {
    const { headers } = await fakeService().post(BODY);
    expect([headers.has('RateLimit'), headers.has('RateLimit-Policy')]).toEqual([false, false]);
  });
});

test('with Redis gone everything is let in, and counted', async () => {
  const { post, store, request } = fakeService(LIMITED);
  store.fault = { kind: 'failed', reason: 'gone' };
  for (let count = 0; count < 6; count++) expect((await post(BODY)).status).toBe(202);
  expect(await (await request('/metrics')).text()).toContain('spillway_gate_bypassed_total 6');
});
