import { describe, expect, test } from 'bun:test';
import { createAccept } from '../../src/accept/accept.ts';
import type { Outcome } from '../../src/accept/outcome.ts';
import { fromEntry } from '../../src/accept/parse.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aMessage, FakePublisher, FakeStore, KAFKA_DOWN } from '../support/fakes.ts';

function setup() {
  const publisher = new FakePublisher();
  const store = new FakeStore();
  const heard: Outcome[] = [];
  const bounds = { maxLength: 10 };
  const accept = createAccept({
    publisher,
    list: store,
    bounds,
    clock: new FakeClock(),
    onOutcome: (outcome) => heard.push(outcome),
  });
  return { publisher, store, heard, accept };
}

const REFUSED: PublishResult = { kind: 'refused', because: 'open', retryInMs: 7000 };
const REJECTED: PublishResult = { kind: 'rejected', cause: 'too-large', reason: 'Too large' };

describe('accept', () => {
  test('a message that Kafka acknowledged is published, and not parked', async () => {
    const { accept, store } = setup();
    expect(await accept([aMessage()])).toEqual([{ kind: 'published', partition: 0, offset: '0' }]);
    expect(store.waiting).toEqual([]);
  });

  test.each([
    ['Kafka failed', KAFKA_DOWN],
    ['the topic failed', { ...KAFKA_DOWN, blame: 'topic' } as PublishResult],
    ['the circuit is open', REFUSED],
  ])('a message is queued when %s', async (_, result) => {
    const { accept, publisher, store } = setup();
    publisher.answer = () => result;
    expect(await accept([aMessage()])).toEqual([{ kind: 'queued' }]);
    expect(store.waiting.map(fromEntry)).toEqual([aMessage()]);
  });

  test('a message that Kafka refuses for good is rejected, and not parked', async () => {
    const { accept, publisher, store } = setup();
    publisher.answer = () => REJECTED;
    expect(await accept([aMessage()])).toMatchObject([{ kind: 'rejected', cause: 'too-large' }]);
    expect(store.waiting).toEqual([]);
  });

  test('with both circuits open it says so, and when the first of them tries again', async () => {
    const { accept, publisher, store } = setup();
    publisher.answer = () => REFUSED;
    store.fault = { kind: 'refused', retryInMs: 2000 };
    expect(await accept([aMessage()])).toMatchObject([
      { kind: 'unavailable', cause: 'both-open', retryInMs: 2000 },
    ]);
  });

  test('with Kafka refused and the list failing it is unavailable, though not for both circuits', async () => {
    const { accept, publisher, store } = setup();
    publisher.answer = () => REFUSED;
    store.fault = { kind: 'failed', reason: 'gone' };
    expect(await accept([aMessage()])).toMatchObject([
      { kind: 'unavailable', cause: 'failed', retryInMs: 0 },
    ]);
  });

  test('with the list full a message is unavailable, until Kafka is tried again at the earliest', async () => {
    const { accept, publisher, store } = setup();
    store.waiting.push(...Array.from({ length: 10 }, () => 'x'));
    publisher.answer = () => REFUSED;
    expect(await accept([aMessage()])).toMatchObject([
      { kind: 'unavailable', cause: 'list-full', retryInMs: 7000 },
    ]);
    expect(store.waiting).toHaveLength(10);
  });

  test('each message of several gets its own outcome, in order, and the failed ones are parked together', async () => {
    const { accept, publisher, store, heard } = setup();
    const answers: Record<string, PublishResult> = { b: KAFKA_DOWN, c: REJECTED, d: KAFKA_DOWN };
    publisher.answer = ({ id }) => answers[id] ?? { kind: 'published', partition: 1, offset: '5' };
    const outcomes = await accept(['a', 'b', 'c', 'd'].map((id) => aMessage({ id })));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['published', 'queued', 'rejected', 'queued']);
    expect(store.waiting.map((entry) => fromEntry(entry)?.id)).toEqual(['b', 'd']);
    expect(heard).toEqual(outcomes);
  });

  test('a message that the publisher forgot is never told that it was published', async () => {
    const { accept, publisher, store } = setup();
    publisher.publish = () => Promise.resolve([]);
    expect(await accept([aMessage()])).toEqual([{ kind: 'queued' }]);
    expect(store.waiting).toHaveLength(1);
  });
});
