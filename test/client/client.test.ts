import { describe, expect, test } from 'bun:test';
import { createClient } from '../../src/client/client.ts';
import { fakeService } from '../support/fakes/fake-service.ts';
import { KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { recordValue } from '../../src/message/record-value.ts';
import { accept, answer, publishedOutcome, scriptedService } from './scripted-service.ts';

/** A client before the whole service, apart from its drivers. */
function setup(variables: Record<string, string> = {}, apiKey?: string) {
  const service = fakeService(variables);
  const { app, clock } = service;
  const client = createClient({
    url: 'http://localhost:8000',
    apiKey,
    fetch: (request) => app.fetch(request),
    clock,
    random: () => 0.5,
  });
  return { ...service, client };
}

describe('a client of the real service', () => {
  test('sends what was sent in one tick as one batch, and has the outcomes in its order', async () => {
    const { client, publisher } = setup();
    const ids = ['a', 'b', 'c'];
    const outcomes = await Promise.all(ids.map((id) => client.send({ id, value: { id } })));
    expect(outcomes).toEqual(
      ids.map((id) => ({ kind: 'published', id, topic: 'messages', partition: 0, offset: '0' })),
    );
    expect(publisher.calls.map((call) => call.map(({ value }) => value))).toEqual([
      ['{"id":"a"}', '{"id":"b"}', '{"id":"c"}'],
    ]);
  });

  test('writes JSON, text, bytes and tombstones, with all that a message may have', async () => {
    const { client, publisher } = setup();
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
    await Promise.all([
      client.send({ value: { a: [1, null] } }),
      client.send({ value: 'plain', encoding: 'text' }),
      client.send({ value: bytes }),
      client.send({ value: bytes, encoding: 'base64' }),
      client.send({ value: null, encoding: 'text', key: 'gone' }),
      client.send({ value: 1, key: 'k', headers: { a: 'b' }, timestamp: 1_764_671_400_000, partition: 3 }),
    ]);
    const records = publisher.calls.flat();
    expect(records.slice(0, 5).map((record) => recordValue(record))).toEqual([
      '{"a":[1,null]}',
      'plain',
      Buffer.from(bytes),
      Buffer.from(bytes),
      null,
    ]);
    expect(records[5]).toMatchObject({
      key: 'k',
      headers: { a: 'b' },
      timestamp: 1_764_671_400_000,
      partition: 3,
    });
  });

  test('tells each message of a batch its own outcome', async () => {
    const { client, publisher } = setup();
    publisher.answer = ({ id }) => (id === 'down' ? KAFKA_DOWN : PUBLISHED);
    const outcomes = await Promise.all([
      client.send({ id: 'up', value: 1 }),
      client.send({ id: 'down', value: 1 }),
      client.send({ id: 'wrong', value: 1, topic: 'unknown' }),
    ]);
    expect(outcomes).toMatchObject([
      { kind: 'published', id: 'up' },
      { kind: 'queued', id: 'down', topic: 'messages' },
      { kind: 'rejected', id: 'wrong', problem: { status: 422, errors: [{ path: 'topic' }] } },
    ]);
  });

  test('sends a message again once the service can take it', async () => {
    const { client, clock, publisher, store } = setup();
    publisher.answer = () => KAFKA_DOWN;
    store.fault = { kind: 'failed', reason: 'gone' };
    const sent = client.send({ id: 'a', value: 1 });
    await clock.advance(0);
    publisher.answer = () => PUBLISHED;
    store.fault = undefined;
    await clock.advance(30_000);
    expect(await sent).toMatchObject({ kind: 'published', id: 'a' });
  });

  test('reads the receipt of a message, and undefined where there is none', async () => {
    const { client, clock } = setup();
    const outcome = await client.send({ id: 'a/b', value: 1 });
    await clock.advance(0);
    expect(await client.receipt('a/b')).toEqual(outcome);
    expect(await client.receipt('other')).toBeUndefined();
  });
});

describe('a client', () => {
  test('gives each message an id of its own, and sends its key to the address it was given', async () => {
    const { client, seen, done } = scriptedService(accept, {
      url: 'http://spillway.example/base',
      apiKey: 'secret',
    });
    const [one, two] = await done(Promise.all([client.send({ value: 1 }), client.send({ value: 1 })]));
    expect(seen.map(({ method, url }) => [method, url])).toEqual([
      ['POST', 'http://spillway.example/base/v1/messages/batch'],
    ]);
    expect(seen[0]?.headers.get('Authorization')).toBe('Bearer secret');
    expect(seen[0]?.ids).toEqual([one.id, two.id]);
    expect(one.id).not.toBe(two.id);
  });

  test('sends no more than maxBatch messages, and no more than 900 kB, in one request', async () => {
    const { client, seen, done } = scriptedService(accept, { maxBatch: 3 });
    const values = [1, 2, 3, 4, 'é'.repeat(300_000), 'é'.repeat(300_000)];
    const outcomes = await done(
      Promise.all(values.map((value, index) => client.send({ id: String(index), value }))),
    );
    expect(seen.map(({ ids }) => ids)).toEqual([['0', '1', '2'], ['3', '4'], ['5']]);
    expect(outcomes.map(({ id }) => id)).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  test('has flushed when all that was sent has its outcome, and at once if nothing was', async () => {
    const { client, done } = scriptedService((call, index) => (index === 0 ? answer(503, []) : accept(call)));
    await client.flush();
    let outcome: unknown;
    void client.send({ id: 'a', value: 1 }).then((value) => (outcome = value));
    await done(client.flush());
    expect(outcome).toEqual(publishedOutcome('a'));
  });

  test('refuses what JSON cannot express, and sends the rest of the tick', async () => {
    const { client, done } = scriptedService(accept);
    const good = client.send({ id: 'a', value: 1 });
    const bad = await client.send({ value: 1n }).catch((error: unknown) => error);
    expect(bad).toBeInstanceOf(TypeError);
    expect(await done(good)).toEqual(publishedOutcome('a'));
  });

  test.each([{ url: 'spillway' }, { apiKey: 'a\nb' }])(
    'is not made with what no request can be sent with: %p',
    (options) => {
      expect(() => createClient({ url: 'http://localhost', ...options })).toThrow(TypeError);
    },
  );
});
