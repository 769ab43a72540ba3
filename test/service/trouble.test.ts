import { describe, expect, test } from 'bun:test';
import { toEntry } from '../../src/message/entry.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';
import { KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { fakeService } from '../support/fakes/fake-service.ts';
import { aMessage } from '../support/fakes/messages.ts';

const MISSING: PublishResult = {
  kind: 'failed',
  blame: 'topic',
  reason: 'UNKNOWN_TOPIC_OR_PARTITION',
  maybeWritten: false,
};
const DENIED: PublishResult = { ...MISSING, reason: 'TOPIC_AUTHORIZATION_FAILED' };
const TOO_LARGE: PublishResult = {
  kind: 'rejected',
  cause: 'too-large',
  reason: 'Kafka refused the message',
};

function setup(variables: Record<string, string> = {}) {
  const service = fakeService({ KAFKA_TOPICS: 'orders', ...variables });
  const { log, request, store } = service;
  const told = (text: string) =>
    log.lines
      .map((line, index) => ({ line, fields: log.fields[index] ?? {} }))
      .filter(({ line }) => line.includes(text));
  const ready = async () => (await (await request('/health/ready')).json()) as Record<string, unknown>;
  const metrics = async () => (await (await request('/metrics')).text()).split('\n');
  const send = (topic: string) => service.post(JSON.stringify({ topic, value: 1 }));
  const park = (topic: string, count: number) =>
    store.contents.append(
      Array.from({ length: count }, (_, index) => toEntry(aMessage({ id: `${topic}-${index}`, topic }))),
    );
  return { ...service, told, ready, metrics, send, park };
}

const FALLBACK = 'Fallback active - messages go to the Redis list, answered with X-Fallback-Mode: true';

describe('a topic that is missing', () => {
  test('is named with its reason in the log, the metrics and /health/ready, and so is its end', async () => {
    const { publisher, send, told, ready, metrics, clock } = setup();
    publisher.answer = ({ topic }) => (topic === 'orders' ? MISSING : PUBLISHED);
    for (let count = 0; count < 3; count++) await send('orders');
    await send('messages');
    expect(told(FALLBACK).map(({ fields }) => fields)).toEqual([
      { topic: 'orders', reason: 'UNKNOWN_TOPIC_OR_PARTITION' },
    ]);
    expect(await ready()).toMatchObject({
      status: 'ready',
      reasons: {},
      topics: { orders: 'UNKNOWN_TOPIC_OR_PARTITION' },
    });
    expect(await metrics()).toContain(
      'spillway_fallback_messages_total{topic="orders",reason="topic-missing"} 3',
    );
    publisher.answer = () => PUBLISHED;
    await clock.advance(2000);
    await send('orders');
    expect((await ready())['topics']).toEqual({});
  });

  test('is told when it shows only after an outage of Kafka', async () => {
    const { publisher, send, told } = setup();
    publisher.answer = () => KAFKA_DOWN;
    await send('orders');
    publisher.answer = () => DENIED;
    for (let count = 0; count < 3; count++) await send('orders');
    expect(told(FALLBACK).map(({ fields }) => fields['reason'])).toEqual([
      'down',
      'TOPIC_AUTHORIZATION_FAILED',
    ]);
  });
});

test('a circuit that is open is the reason, with the reason that opened it', async () => {
  const { publisher, send, told, metrics } = setup();
  publisher.answer = () => KAFKA_DOWN;
  for (let count = 0; count < 5; count++) await send('messages');
  await send('orders');
  expect(told(FALLBACK).map(({ fields }) => fields)).toEqual([
    { topic: 'messages', reason: 'down' },
    { topic: 'orders', reason: 'The Kafka circuit is open: down' },
  ]);
  const lines = await metrics();
  expect(lines).toContain('spillway_fallback_messages_total{topic="orders",reason="circuit-open"} 1');
  expect(lines).toContain('spillway_fallback_messages_total{topic="messages",reason="kafka-failed"} 5');
});

describe('the worker', () => {
  test('warns of a topic that it cannot write, and then with counts', async () => {
    const { publisher, park, startBackfill, clock, told, ready, metrics, finish } = setup();
    publisher.answer = () => DENIED;
    park('orders', 7);
    startBackfill();
    await clock.advance(200_000);
    const lines = told('Parked messages wait for their topic');
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.length).toBeLessThan(6);
    expect(lines[0]).toEqual({
      line: 'WARNING Parked messages wait for their topic, which cannot be written',
      fields: { topic: 'orders', reason: 'TOPIC_AUTHORIZATION_FAILED', entries: 7 },
    });
    expect((await ready())['topics']).toEqual({ orders: 'TOPIC_AUTHORIZATION_FAILED' });
    const counted = (await metrics()).find((line) => line.startsWith('spillway_backfill_failures_total'));
    expect(counted).toStartWith('spillway_backfill_failures_total{topic="orders",reason="topic-denied"} ');
    publisher.answer = () => PUBLISHED;
    await clock.advance(60_000);
    expect((await ready())['topics']).toEqual({});
    await finish();
  });

  test('never makes a label of a topic that is in no allow-list', async () => {
    const { publisher, park, startBackfill, clock, metrics, finish } = setup();
    publisher.answer = () => MISSING;
    park('of-yesterday', 1);
    startBackfill();
    await clock.advance(1000);
    const text = (await metrics()).join('\n');
    expect(text).toContain('spillway_backfill_failures_total{topic="other",reason="topic-missing"}');
    expect(text).not.toContain('of-yesterday');
    await finish();
  });

  test('logs a poison backlog by counts', async () => {
    const { publisher, park, startBackfill, clock, told, store, finish } = setup();
    publisher.answer = () => TOO_LARGE;
    park('orders', 10_000);
    store.contents.append(Array.from({ length: 500 }, (_, index) => `not a message ${index}`));
    startBackfill();
    await clock.advance(60_000);
    await finish();
    const lines = told('can never be published: kept as a dead letter');
    expect(lines.length).toBeLessThan(6);
    expect(lines[0]?.fields).toEqual({
      id: 'orders-0',
      topic: 'orders',
      reason: 'Kafka refused the message',
      entries: 10,
    });
    expect(lines.reduce((sum, { fields }) => sum + Number(fields['entries']), 0)).toBe(10_500);
  }, 60_000);

  test('says how much it drained in how long, once', async () => {
    const { publisher, park, startBackfill, clock, told, finish } = setup();
    publisher.answer = async () => {
      await new Promise((resolve) => clock.after(100, () => resolve(undefined)));
      return PUBLISHED;
    };
    park('orders', 1000);
    startBackfill();
    await clock.advance(60_000);
    const lines = told('Backfill finished');
    expect(lines.map(({ line }) => line)).toEqual([
      expect.stringMatching(/^INFO Backfill finished: 1000 messages in \d+\.\d s$/),
    ]);
    await finish();
  });
});

test('a drain by events is told with its event, as no timer outlives it', async () => {
  const service = fakeService({}, undefined, 'events');
  service.store.contents.append([toEntry(aMessage({ id: 'a' })), toEntry(aMessage({ id: 'b' }))]);
  await service.onSchedule({ forMs: 25_000 });
  expect(service.log.lines).toContain('INFO Backfill finished: 2 messages in 0.0 s');
});
