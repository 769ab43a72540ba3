import { describe, expect, test } from 'bun:test';
import { BodyError } from '../../src/http/body-error.ts';
import { fakeService } from '../support/fakes/fake-service.ts';
import { PUBLISHED } from '../support/fakes/fake-publisher.ts';

interface Batch {
  readonly published: number;
  readonly items: readonly { readonly id?: string; readonly status: string; readonly error?: object }[];
}

const encoder = new TextEncoder();
const line = (id: number | string) => `{"id":"${id}","value":1}\n`;
const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => line(from + index)).join('');

/** A batch whose body the test sends part by part. */
function setup(variables: Record<string, string> = {}) {
  const service = fakeService(variables);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const response = service.request('/v1/messages/batch', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-ndjson' },
    body: readable,
  });
  const answered = response.then(async (answer) => ({
    status: answer.status,
    headers: answer.headers,
    body: (await answer.json()) as Batch & Record<string, unknown>,
  }));
  const settle = async () => {
    for (let turn = 0; turn < 10; turn++) await service.clock.advance(0);
  };
  const send = async (text: string) => {
    void writer.write(encoder.encode(text)).catch(() => {});
    await settle();
  };
  const ids = () => service.publisher.calls.flat().map(({ id }) => id);
  return { ...service, writer, answered, settle, send, ids };
}

const last = ({ items }: Batch) => items.at(-1);

describe('a batch of lines', () => {
  test('is published while the rest of it has not been sent', async () => {
    const { send, writer, answered, ids } = setup();
    await send(`${lines(0, 500)}{"id":"l`);
    expect(ids()).toHaveLength(500);
    await send('ast","value":2}');
    await writer.close();
    const { status, body } = await answered;
    expect([status, body.published]).toEqual([202, 501]);
    expect(body.items.map(({ id }) => id)).toEqual([
      ...Array.from({ length: 500 }, (_, n) => `${n}`),
      'last',
    ]);
  });

  test('is answered in order, whichever of its parts is published first', async () => {
    const { send, writer, answered, publisher } = setup();
    const first = Promise.withResolvers<typeof PUBLISHED>();
    publisher.answer = ({ id }) => (id === '0' ? first.promise : PUBLISHED);
    await send(lines(0, 1500));
    expect(publisher.calls).toHaveLength(3);
    first.resolve(PUBLISHED);
    await writer.close();
    const { body } = await answered;
    expect(body.items.map(({ id }) => id)).toEqual(Array.from({ length: 1500 }, (_, n) => `${n}`));
  });

  test.each([
    ['waits while four parts of it are under way', {}, 4],
    ['goes part by part where keys have an order', { ORDERING: 'key' }, 1],
  ])('%s', async (_, variables, most) => {
    const { send, writer, answered, publisher } = setup(variables);
    const held = Promise.withResolvers<typeof PUBLISHED>();
    publisher.answer = () => held.promise;
    await send(lines(0, 5000));
    expect(publisher.calls).toHaveLength(most);
    held.resolve(PUBLISHED);
    await writer.close();
    expect((await answered).body.published).toBe(5000);
  });

  test('with a line that is no UTF-8 costs the others nothing', async () => {
    const { writer, answered } = setup();
    void writer.write(new Uint8Array([...encoder.encode(line('a')), 0xff, 10, ...encoder.encode(line('b'))]));
    await writer.close();
    const { status, body } = await answered;
    expect(status).toBe(207);
    expect(body.items.map(({ id, status: each }) => [id, each])).toEqual([
      ['a', 'published'],
      [undefined, 'rejected'],
      ['b', 'published'],
    ]);
  });

  test.each([
    ['cut-off', new Error('gone')],
    ['too-slow', new BodyError('too-slow', 'Send the body faster')],
    ['malformed', new BodyError('malformed', 'The chunks are not well-formed')],
  ])('that ends early says of what it had, and why there is no more (%s)', async (code, error) => {
    const { send, writer, answered, ids } = setup();
    await send(`${line('a')}{"id":"b","val`);
    await writer.abort(error);
    const { status, body } = await answered;
    expect([status, ids(), body.items.length]).toEqual([207, ['a'], 2]);
    expect(last(body)).toMatchObject({ status: 'rejected', error: { type: `urn:spillway:problem:${code}` } });
  });

  test('of which nothing was accepted is answered with the problem of its end', async () => {
    const { send, writer, answered } = setup();
    await send('{\n{"id":"b","val');
    await writer.abort(new Error('gone'));
    const { status, body } = await answered;
    expect([status, body['type'], body.items.length]).toEqual([400, 'urn:spillway:problem:cut-off', 2]);
  });

  test('that has no line before it ends early is a 400', async () => {
    const { writer, answered } = setup();
    await writer.abort(new Error('gone'));
    expect(await answered).toMatchObject({ status: 400, body: { type: 'urn:spillway:problem:cut-off' } });
  });

  test('that is too large in all has its first lines accepted, and the rest left unread', async () => {
    const { send, answered, ids, settle } = setup({ MAX_BODY_BYTES: '100000' });
    await send(lines(0, 1000));
    for (let part = 0; part < 10; part++) await send(' '.repeat(10_000));
    const { status, body } = await answered;
    await settle();
    expect([status, ids().length, body.items.length]).toEqual([207, 1000, 1001]);
    expect(last(body)).toMatchObject({ status: 'rejected', error: { status: 413 } });
  });

  test('of more than 100,000 lines has so many accepted', async () => {
    const { writer, answered } = setup({ MAX_BODY_BYTES: '10000000', DEDUP_TTL_SECONDS: '0' });
    void writer.write(encoder.encode('{"value":1}\n'.repeat(100_001))).catch(() => {});
    const { status, body } = await answered;
    expect([status, body.published, body.items.length]).toEqual([207, 100_000, 100_001]);
    expect(last(body)).toMatchObject({ error: { status: 413 } });
  });

  test('is not read on once the process begins to finish: the rest is to be sent again', async () => {
    const { send, answered, finish, ids } = setup();
    await send(lines(0, 500) + line('a'));
    void finish();
    await send(line('b'));
    const { status, headers, body } = await answered;
    expect([status, ids().length, body.items.length]).toEqual([207, 500, 501]);
    expect(last(body)).toMatchObject({ status: 'unavailable', error: { status: 503 } });
    expect(headers.get('Retry-After')).toBe('1');
  });

  test('is refused before its body is read where its head is wrong', async () => {
    const { request } = fakeService();
    // Nothing is ever sent.
    const body = new ReadableStream();
    const headers = { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': 'a' };
    const { status } = await request('/v1/messages/batch', { method: 'POST', headers, body });
    expect(status).toBe(422);
  });
});
