import { describe, expect, test } from 'bun:test';
import { fakeService } from '../support/fakes/fake-service.ts';
import { KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';

interface Batch {
  readonly published: number;
  readonly queued: number;
  readonly rejected: number;
  readonly unavailable: number;
  readonly items: readonly {
    readonly id?: string;
    readonly status: string;
    readonly error?: { readonly status: number };
  }[];
}

function setup(variables: Record<string, string> = {}) {
  const service = fakeService(variables);
  const send = async (body: string, type = 'application/json') => {
    const headers = { 'Content-Type': type };
    const response = await service.request('/v1/messages/batch', { method: 'POST', body, headers });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Batch & Record<string, unknown>,
    };
  };
  const values = () => service.publisher.calls.flat().map(({ value }) => value);
  return { ...service, send, values };
}

const kinds = ({ items }: Batch) =>
  items.map(({ id, status, error }) => [id, status, ...(error ? [error.status] : [])]);

describe('a batch', () => {
  test.each([
    ['application/json', ' [ {"id":"a","value":1.10},\n{"id":"b","value":"]"} ] '],
    ['application/x-ndjson', '{"id":"a","value":1.10}\r\n\n{"id":"b","value":"]"}'],
    ['application/x-ndjson; charset=utf-8', '{"id":"a","value":1.10}\n{"id":"b","value":"]"}\n'],
  ])('as %s is accepted in order, in one call, digit for digit', async (type, body) => {
    const { send, values, publisher } = setup();
    const answer = await send(body, type);
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      published: 2,
      queued: 0,
      rejected: 0,
      unavailable: 0,
      items: ['a', 'b'].map((id) => ({
        id,
        status: 'published',
        topic: 'messages',
        partition: 0,
        offset: '0',
      })),
    });
    expect(values()).toEqual(['1.10', '"]"']);
    expect(publisher.calls).toHaveLength(1);
  });

  test('with bad messages in it is a 207: each of them says why, and costs its neighbours nothing', async () => {
    const { send } = setup();
    const lines = [
      '{"id":"a","value":1}',
      '{',
      '[]',
      '{"id":"b"}',
      '{"id":"c","value":1,"topic":"no"}',
      '{"id":"d","value":2}',
    ];
    const { status, body } = await send(lines.join('\n'), 'application/x-ndjson');
    expect(status).toBe(207);
    expect([body.published, body.rejected]).toEqual([2, 4]);
    expect(kinds(body)).toEqual([
      ['a', 'published'],
      [undefined, 'rejected', 400],
      [undefined, 'rejected', 422],
      [undefined, 'rejected', 422],
      [undefined, 'rejected', 422],
      ['d', 'published'],
    ]);
  });

  test('in an outage says of each message what became of it, and that the list is in use', async () => {
    const { send, publisher } = setup();
    const results: Record<string, PublishResult> = {
      down: KAFKA_DOWN,
      large: { kind: 'rejected', cause: 'too-large', reason: 'Too large' },
    };
    publisher.answer = ({ id }) => results[id] ?? PUBLISHED;
    const { status, headers, body } = await send(
      '[{"id":"up","value":1},{"id":"down","value":1},{"id":"large","value":1}]',
    );
    expect([status, headers.get('X-Fallback-Mode')]).toEqual([207, 'true']);
    expect(kinds(body)).toEqual([
      ['up', 'published'],
      ['down', 'queued'],
      ['large', 'rejected', 413],
    ]);
  });

  test('that nobody can take is a 503 with Retry-After, and says so of each message', async () => {
    const { send, publisher, store } = setup();
    publisher.answer = () => KAFKA_DOWN;
    store.fault = { kind: 'failed', reason: 'gone' };
    const { status, headers, body } = await send('[{"id":"a","value":1},{"id":"b","value":1}]');
    expect(status).toBe(503);
    expect(body).toMatchObject({
      detail: 'Message processing services temporarily unavailable',
      unavailable: 2,
    });
    expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(headers.get('Content-Type')).toBe('application/problem+json');
    expect(kinds(body)).toEqual([
      ['a', 'unavailable', 503],
      ['b', 'unavailable', 503],
    ]);
  });

  test('with an id that was taken before answers its receipt, and writes it once', async () => {
    const { send, post, values } = setup();
    await post('{"id":"a","value":1}');
    const { status, body } = await send('[{"id":"a","value":1},{"id":"b","value":2}]');
    expect(status).toBe(202);
    expect(body.items[0]).toMatchObject({ id: 'a', status: 'published', replayed: true });
    expect(values()).toEqual(['1', '2']);
  });

  test('with the same id twice writes it once', async () => {
    const { send, values } = setup();
    const { body } = await send('[{"id":"a","value":1},{"id":"a","value":1}]');
    expect(values()).toEqual(['1']);
    expect(body.published + body.rejected).toBe(2);
  });

  test('beyond the limit of its client is accepted in part, or answered 429 where nothing was', async () => {
    const { send } = setup({ RATE_LIMIT_MAX: '2', RATE_LIMIT_WINDOW_SECONDS: '60' });
    const some = await send('[{"value":1},{"value":2},{"value":3}]');
    expect([some.status, some.body.published, some.body.rejected]).toEqual([207, 2, 1]);
    const none = await send('[{"value":1},{"value":2}]');
    expect(none.status).toBe(429);
    expect(Number(none.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(none.headers.has('RateLimit')).toBe(true);
  });

  test.each([
    ['application/json', '{"value":1}', 400],
    ['application/json', '[', 400],
    ['application/json', '', 400],
    ['application/json', '[]', 422],
    ['application/x-ndjson', '\n \r\n', 422],
    ['application/x-ndjson', '{', 422],
    ['application/json', '[1,{}]', 422],
    ['text/plain', '[{"value":1}]', 415],
    ['application/json', `[${'{},'.repeat(10_000)}{}]`, 413],
  ])('of %s %.20s is refused with a problem', async (type, body, status) => {
    const { send, publisher } = setup();
    const answer = await send(body, type);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ status, detail: expect.any(String) });
    expect(publisher.calls).toEqual([]);
  });

  test('has no id of its own', async () => {
    const { request } = setup();
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'a' };
    const response = await request('/v1/messages/batch', { method: 'POST', body: '[{"value":1}]', headers });
    expect(response.status).toBe(422);
  });

  test('is no name that a message could not have', async () => {
    const { post, request } = setup();
    await post('{"id":"batch","value":1}');
    const receipt = await request('/v1/messages/batch');
    expect(await receipt.json()).toMatchObject({ id: 'batch', status: 'published' });
    const other = await request('/v1/messages/batch', { method: 'DELETE' });
    expect([other.status, other.headers.get('Allow')]).toEqual([405, 'GET, HEAD, POST']);
  });
});
