import { describe, expect, test } from 'bun:test';
import { KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { fakeService } from '../support/fakes/fake-service.ts';

const FIRST = { id: 'a', value: 1, key: 'k', headers: { b: '2', a: '1' }, topic: 'messages' };

const trace = (digit: string) => ({ traceparent: `00-${digit.repeat(32)}-b7ad6b7169203331-01` });

function setup() {
  const service = fakeService({ KAFKA_TOPICS: 'orders' });
  const send = async (message: object, headers: Record<string, string> = {}) => {
    const response = await service.post(JSON.stringify(message), headers);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { ...service, send };
}

describe('an id that is taken', () => {
  test.each([
    ['value', { ...FIRST, value: 2 }],
    ['key', { ...FIRST, key: 'other' }],
    ['no key', { ...FIRST, key: null }],
    ['topic', { ...FIRST, topic: 'orders' }],
    ['header', { ...FIRST, headers: { b: '2', a: '0' } }],
    ['partition', { ...FIRST, partition: 0 }],
    ['encoding', { ...FIRST, value: null, encoding: 'text' }],
    ['timestamp', { ...FIRST, timestamp: 5 }],
  ])('is no name for another message, with another %s: 422, and nothing is written', async (_, other) => {
    const { send, publisher } = setup();
    await send(FIRST);
    const { status, body } = await send(other);
    expect(status).toBe(422);
    expect(body).toMatchObject({ type: 'urn:spillway:problem:id-taken', id: 'a' });
    expect(publisher.calls).toHaveLength(1);
  });

  test('is answered with its receipt where the content is the same, in another order, time and trace', async () => {
    const { send, clock } = setup();
    const first = await send(FIRST, trace('1'));
    await clock.advance(1000);
    const again = await send({ ...FIRST, topic: undefined, headers: { a: '1', b: '2' } }, trace('2'));
    expect(again).toEqual(first);
  });

  test('stays so when its message was parked, and when it was drained', async () => {
    const { send, publisher, clock, startBackfill, request } = setup();
    publisher.answer = () => KAFKA_DOWN;
    expect((await send(FIRST)).body['status']).toBe('queued');
    expect((await send({ ...FIRST, value: 2 })).status).toBe(422);
    publisher.answer = () => PUBLISHED;
    startBackfill();
    await clock.advance(60_000);
    expect((await send({ ...FIRST, value: 2 })).status).toBe(422);
    const { body } = await send(FIRST);
    expect(body['status']).toBe('published');
    expect(Object.keys(body)).not.toContain('fingerprint');
    expect(Object.keys((await (await request('/v1/messages/a')).json()) as object)).not.toContain(
      'fingerprint',
    );
  });

  test('by a receipt of an older version, which has no fingerprint, is taken for a repeat', async () => {
    const { send, store } = setup();
    await store.receipts.save([{ id: 'a', status: 'queued', topic: 'messages' }], 60_000);
    expect((await send(FIRST)).status).toBe(202);
  });
});
