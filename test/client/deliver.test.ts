import { describe, expect, test } from 'bun:test';
import {
  accept,
  after,
  answer,
  lost,
  problem,
  published,
  publishedOutcome,
  refused,
  type Script,
  scriptedService,
  status,
} from './scripted-service.ts';

describe('a message', () => {
  test.each<[string, Script]>([
    ['whose answer was lost', lost],
    ['whose answer was cut off', () => new Response('{"items": [{"id": "a", "st', { status: 202 })],
    ['that was answered by something else', () => new Response('<html>', { status: 200 })],
    ['that no service could take', status(503)],
    ['that arrived too slowly', status(408)],
    ['beyond the limit of its client', status(429)],
    ['that is in flight', ({ ids }) => answer(409, [refused(String(ids), 409)])],
    ['that made the service fail', status(500)],
    ['that a proxy could not deliver', () => new Response('Bad gateway', { status: 502 })],
  ])('%s is sent again, with the same id and the same content', async (_, failure) => {
    const { client, seen, done } = scriptedService(after(failure, failure));
    const outcome = await done(client.send({ id: 'a', value: { b: 1 }, key: 'k' }));
    expect(outcome).toEqual(publishedOutcome('a'));
    expect(seen.map(({ body }) => body)).toEqual(Array(3).fill('{"id":"a","value":{"b":1},"key":"k"}'));
  });

  test('keeps the id that was made for it', async () => {
    const { client, seen, done } = scriptedService(after(lost));
    const { id } = await done(client.send({ value: 1 }));
    expect(seen.map(({ ids }) => ids)).toEqual([[id], [id]]);
  });

  test('keeps its content, although the caller changes it', async () => {
    const { client, seen, done } = scriptedService(after(lost));
    const value = { a: 1 };
    const sent = client.send({ id: 'a', value });
    value.a = 2;
    await done(sent);
    expect(new Set(seen.map(({ body }) => body))).toEqual(new Set(['{"id":"a","value":{"a":1}}']));
  });

  test.each([400, 401, 403, 404, 415, 422, 501])('that is answered %d is not sent again', async (code) => {
    const { client, seen, done } = scriptedService(status(code));
    expect(await done(client.send({ id: 'a', value: 1 }))).toEqual({
      kind: 'rejected',
      id: 'a',
      problem: problem(code),
    });
    expect(seen).toHaveLength(1);
  });

  test('that turns out to be a dead letter is not sent again', async () => {
    const dead = { id: 'a', status: 'dead', topic: 'messages', reason: 'Too old', replayed: true };
    const { client, done } = scriptedService(() => answer(202, [dead]));
    expect(await done(client.send({ id: 'a', value: 1 }))).toEqual({
      kind: 'dead',
      id: 'a',
      topic: 'messages',
      reason: 'Too old',
    });
  });
});

describe('a batch', () => {
  test('that was accepted in part is sent again in that part, and its outcomes keep their places', async () => {
    const items = [refused('a', 503), published('b'), refused('c', 422, 'id-taken'), refused('d', 429)];
    const { client, seen, done } = scriptedService(after(() => answer(207, items)));
    const outcomes = await done(Promise.all(['a', 'b', 'c', 'd'].map((id) => client.send({ id, value: 1 }))));
    expect(seen.map(({ ids }) => ids)).toEqual([
      ['a', 'b', 'c', 'd'],
      ['a', 'd'],
    ]);
    expect(outcomes).toEqual([
      publishedOutcome('a'),
      publishedOutcome('b'),
      { kind: 'rejected', id: 'c', problem: problem(422, 'id-taken') },
      publishedOutcome('d'),
    ]);
  });

  test('that is too large as a whole is halved until its parts fit', async () => {
    const { client, seen, done } = scriptedService((call, index) =>
      call.ids.length > 2 || call.ids.includes('large') ? status(413)(call, index) : accept(call),
    );
    const ids = ['a', 'b', 'c', 'd', 'large'];
    const outcomes = await done(Promise.all(ids.map((id) => client.send({ id, value: 1 }))));
    expect(outcomes.map(({ id, kind }) => [id, kind])).toEqual([
      ['a', 'published'],
      ['b', 'published'],
      ['c', 'published'],
      ['d', 'published'],
      ['large', 'rejected'],
    ]);
    expect(Math.max(...seen.map(({ at }) => at))).toBe(0);
  });

  test('whose every record is too large for Kafka is not halved', async () => {
    const { client, seen, done } = scriptedService(({ ids }) =>
      answer(
        413,
        ids.map((id) => refused(id, 413)),
      ),
    );
    const outcomes = await done(Promise.all(['a', 'b'].map((id) => client.send({ id, value: 1 }))));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['rejected', 'rejected']);
    expect(seen).toHaveLength(1);
  });
});
