import { describe, expect, test } from 'bun:test';
import { recordValue } from '../../src/message/record-value.ts';
import { fakeService } from '../support/fakes/fake-service.ts';

const BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

function setup() {
  const service = fakeService({ KAFKA_TOPICS: 'orders' });
  const send = async (path: string, init: RequestInit = {}) => {
    const response = await service.request(`/v1/topics/${path}`, { method: 'POST', ...init });
    const body = (await response.json()) as { id?: string; errors?: unknown };
    return { status: response.status, headers: response.headers, body };
  };
  const sent = () => service.publisher.calls.flat();
  return { ...service, send, sent };
}

describe('a raw body', () => {
  test('is the value, byte for byte, with its type as a header of the record', async () => {
    const { send, sent } = setup();
    const headers = { 'Content-Type': 'Application/X-Protobuf; v="1"' };
    const { status, body } = await send('orders/raw?key=k%C3%BC&id=a/1', { body: BYTES, headers });
    expect([status, body.id]).toEqual([202, 'a/1']);
    const [message] = sent();
    expect(message).toMatchObject({
      topic: 'orders',
      key: 'kü',
      id: 'a/1',
      headers: { 'content-type': headers['Content-Type'] },
    });
    expect(recordValue(message!)).toEqual(Buffer.from(BYTES));
  });

  test('without parameters and type has no key, an id of the service, and no such header', async () => {
    const { send, sent } = setup();
    const { status } = await send('messages/raw', { body: Uint8Array.of(1) });
    expect(status).toBe(202);
    expect(sent()[0]).toMatchObject({ key: null, headers: {}, id: expect.any(String) });
  });

  test('that is empty is an empty value, and no tombstone', async () => {
    const { send, sent } = setup();
    await send('messages/raw?key=');
    expect(sent()[0]).toMatchObject({ key: '' });
    expect(recordValue(sent()[0]!)).toEqual(Buffer.alloc(0));
  });

  test('may have its id in Idempotency-Key', async () => {
    const { send } = setup();
    expect((await send('messages/raw', { headers: { 'Idempotency-Key': 'a' } })).body.id).toBe('a');
    expect((await send('messages/raw?id=b', { headers: { 'Idempotency-Key': 'a' } })).status).toBe(422);
  });

  test.each([
    ['none/raw', 'topic', 'Is not one of the topics that this service takes'],
    ['messages/raw?id=', 'id', 'Must not be empty'],
    ['messages/raw?id=a&id=a', 'id', 'Is given more than once'],
    ['messages/raw?key=%FF', 'key', 'Is not UTF-8, percent-encoded'],
    ['messages/raw?kye=a', 'kye', 'Is no parameter here: there are key and id'],
  ])('to %s is refused by the name of what is wrong', async (path, name, message) => {
    const { send, sent } = setup();
    const { status, body } = await send(path);
    expect([status, body.errors]).toEqual([422, [{ path: name, message }]]);
    expect(sent()).toEqual([]);
  });

  test.each([
    [413, { body: new Uint8Array(1_000_001) }],
    [415, { body: Uint8Array.of(1), headers: { 'Content-Encoding': 'br' } }],
    [405, { method: 'PUT', body: Uint8Array.of(1) }],
  ])('is answered %i as a message is', async (status, init) => {
    expect((await setup().send('messages/raw', init)).status).toBe(status);
  });
});
