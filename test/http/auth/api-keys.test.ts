import { describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { fromEntry } from '../../../src/message/entry.ts';
import { KAFKA_DOWN } from '../../support/fakes/fake-publisher.ts';
import { fakeService } from '../../support/fakes/fake-service.ts';

const digest = (key: string) => createHash('sha256').update(key).digest('hex');
const API_KEYS = [
  `shop:${digest('s1')};topics=messages+orders;limit=3/60`,
  `shop:${digest('s2')}`,
  `billing:${digest('b')};encodings=text`,
].join();

const setup = () => fakeService({ API_KEYS, KAFKA_TOPICS: 'orders,invoices' });
const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

describe('with API keys', () => {
  test.each([
    [{}, 'Bearer', 'Send your API key, in Authorization: Bearer or in X-API-Key'],
    [
      { Authorization: 'Basic czE6' },
      'Bearer',
      'Send your API key, in Authorization: Bearer or in X-API-Key',
    ],
    [
      bearer('wrong'),
      'Bearer error="invalid_token"',
      'This API key is not known here: check that it is complete, and not withdrawn',
    ],
    [
      { 'X-API-Key': digest('s1') },
      'Bearer error="invalid_token"',
      'This API key is not known here: check that it is complete, and not withdrawn',
    ],
  ])(
    'a request without a good one is answered 401, and nothing is written: %p',
    async (headers, challenge, detail) => {
      const { post, request, publisher, store } = setup();
      for (const response of [
        await post('{"value":1}', headers),
        await request('/v1/messages/a', { headers }),
      ]) {
        expect(response.status).toBe(401);
        expect(response.headers.get('WWW-Authenticate')).toBe(challenge);
        expect(await response.json()).toMatchObject({ type: 'urn:spillway:problem:unauthorized', detail });
      }
      expect(publisher.calls).toEqual([]);
      expect(store.contents.waiting).toEqual([]);
    },
  );

  test.each([[bearer('s1')], [{ authorization: 'bearer s1' }], [{ 'X-API-Key': 's1' }], [bearer('s2')]])(
    'a good one may send: %p',
    async (headers) => {
      const { post } = setup();
      expect((await post('{"value":1}', headers)).status).toBe(202);
    },
  );

  test('health and metrics need none', async () => {
    const { request } = setup();
    for (const path of ['/health/live', '/metrics']) expect((await request(path)).status).toBe(200);
  });

  test('a body without a good key is not read', async () => {
    const { request } = setup();
    let pulled = 0;
    const body = new ReadableStream({ pull: () => void pulled++ }, { highWaterMark: 0 });
    const response = await request('/v1/messages', { method: 'POST', body, duplex: 'half' });
    expect([response.status, pulled]).toEqual([401, 0]);
  });

  test('a topic or an encoding that the key is not for is 403, and costs its neighbours nothing', async () => {
    const { request, publisher } = setup();
    const send = async (key: string, items: object[]) => {
      const headers = { ...bearer(key), 'Content-Type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(items) };
      const response = await request('/v1/messages/batch', init);
      const { items: answers } = (await response.json()) as {
        items: { error?: { status: number; detail: string } }[];
      };
      return [response.status, answers.map(({ error }) => error?.detail)];
    };
    expect(
      await send('s1', [
        { value: 1, topic: 'invoices' },
        { value: 2, topic: 'orders' },
      ]),
    ).toEqual([207, ['The API key is not for this topic', undefined]]);
    expect(await send('b', [{ value: 1 }])).toEqual([
      403,
      ['The API key is not for values with the encoding json'],
    ]);
    expect(publisher.calls.flat().map(({ value }) => value)).toEqual(['2']);
  });

  test('the limit is the key’s own, for all keys of its name, and not the address’s', async () => {
    const { post } = setup();
    const statuses = [];
    for (const key of ['s1', 's1', 's1', 's1', 'b'])
      statuses.push((await post('{"value":"x","encoding":"text"}', bearer(key))).status);
    expect(statuses).toEqual([202, 202, 202, 429, 202]);
  });

  test('ids and receipts are the key’s own, also of what was parked and drained', async () => {
    const service = setup();
    const { post, request, publisher, store, clock } = service;
    publisher.answer = () => KAFKA_DOWN;
    const message = '{"id":"a","value":"x","encoding":"text"}';
    const [shop, billing] = [await post(message, bearer('s2')), await post(message, bearer('b'))];
    expect([shop.headers.get('Idempotency-Replayed'), billing.headers.get('Idempotency-Replayed')]).toEqual([
      null,
      null,
    ]);
    expect((await post(message, bearer('s1'))).headers.get('Idempotency-Replayed')).toBe('true');
    expect(
      store.contents.waiting
        .map((entry) => fromEntry(entry)?.owner ?? '')
        .toSorted((a, b) => (a < b ? -1 : 1)),
    ).toEqual(['billing', 'shop']);
    const other = await post('{"id":"only-billing","value":"x","encoding":"text"}', bearer('b'));
    await clock.advance(0);
    const statuses = [];
    for (const key of ['s1', 'b'])
      statuses.push((await request('/v1/messages/only-billing', { headers: bearer(key) })).status);
    expect([other.status, statuses]).toEqual([202, [404, 200]]);
  });
});
