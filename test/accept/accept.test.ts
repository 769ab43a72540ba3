import { describe, expect, test } from 'bun:test';
import { createAccept } from '../../src/accept/accept.ts';
import type { Outcome } from '../../src/accept/outcome.ts';
import { fromEntry } from '../../src/message/entry.ts';
import type { Admission } from '../../src/ports/gate.ts';
import { NO_RESULT, type PublishResult, type Unpublished } from '../../src/ports/publisher.ts';
import type { Receipt } from '../../src/ports/receipts.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakePublisher, KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { aMessage, aSubmission } from '../support/fakes/messages.ts';

function setup() {
  const publisher = new FakePublisher();
  const clock = new FakeClock();
  const store = new FaultyStore(clock);
  const heard: Outcome[] = [];
  const recorded: Receipt[] = [];
  const admissions: Admission[] = [];
  const accept = createAccept({
    publisher,
    list: store.list,
    bounds: { maxLength: 10 },
    clock,
    gate: store.gate,
    async admit(submissions) {
      const holds = submissions.map(({ message: { id } }) => ({ id, nonce: 'nonce' }));
      await store.gate.admit(holds.map((hold) => ({ hold: { ...hold, ms: 1000 } })));
      return holds.map((hold, index) => {
        const admission = admissions[index] ?? { kind: 'admitted' };
        return {
          submission: submissions[index]!,
          admission,
          hold: admission.kind === 'admitted' ? hold : undefined,
        };
      });
    },
    record: (receipt) => void recorded.push(receipt),
    onOutcome: (outcome) => heard.push(outcome),
  });
  return { publisher, store, heard, recorded, admissions, accept };
}

const withId = (id: string) => ({ ...aSubmission({ id }), hasClientId: true });

const REFUSED: Unpublished = { kind: 'refused', because: 'open', retryInMs: 7000 };
const REJECTED: PublishResult = { kind: 'rejected', cause: 'too-large', reason: 'Too large' };

describe('accept', () => {
  test('a message that Kafka acknowledged is published, and not parked', async () => {
    const { accept, store } = setup();
    expect(await accept([aSubmission()])).toEqual([{ kind: 'published', partition: 0, offset: '0' }]);
    expect(store.contents.waiting).toEqual([]);
  });

  test.each<[string, Unpublished]>([
    ['Kafka failed', KAFKA_DOWN],
    ['the topic failed', { ...KAFKA_DOWN, blame: 'topic' }],
    ['the circuit is open', REFUSED],
  ])('a message is queued when %s', async (_, result) => {
    const { accept, publisher, store } = setup();
    publisher.answer = () => result;
    expect(await accept([aSubmission()])).toEqual([{ kind: 'queued', because: result }]);
    expect(store.contents.waiting.map(fromEntry)).toEqual([aMessage()]);
  });

  test('what can never be published is rejected alone, though Kafka is away', async () => {
    const { accept, publisher, store } = setup();
    const refusal = { kind: 'rejected', cause: 'invalid', reason: 'No headers' } as const;
    publisher.refusalOf = ({ headers }) => (headers['a'] ? refusal : undefined);
    publisher.answer = () => REFUSED;
    const fit = aSubmission({ id: 'fit' });
    const outcomes = await accept([
      aSubmission({ headers: { a: 'b' } }),
      fit,
      aSubmission({ headers: { a: 'c' } }),
    ]);
    expect(outcomes).toEqual([refusal, { kind: 'queued', because: REFUSED }, refusal]);
    expect(store.contents.waiting.map(fromEntry)).toEqual([fit.message]);
    expect(publisher.calls).toEqual([[fit.message]]);
  });

  test('a message that Kafka refuses for good is rejected, and not parked', async () => {
    const { accept, publisher, store } = setup();
    publisher.answer = () => REJECTED;
    expect(await accept([aSubmission()])).toMatchObject([{ kind: 'rejected', cause: 'too-large' }]);
    expect(store.contents.waiting).toEqual([]);
  });

  test('with both circuits open it says so, and when the first of them tries again', async () => {
    const { accept, publisher, store } = setup();
    publisher.answer = () => REFUSED;
    store.fault = { kind: 'refused', retryInMs: 2000 };
    expect(await accept([aSubmission()])).toMatchObject([
      { kind: 'unavailable', cause: 'both-open', retryInMs: 2000 },
    ]);
  });

  test('with Kafka refused and the list failing it is unavailable, though not for both circuits', async () => {
    const { accept, publisher, store } = setup();
    publisher.answer = () => REFUSED;
    store.fault = { kind: 'failed', reason: 'gone' };
    expect(await accept([aSubmission()])).toMatchObject([
      { kind: 'unavailable', cause: 'failed', retryInMs: 0 },
    ]);
  });

  test('with the list full a message is unavailable, until Kafka is tried again at the earliest', async () => {
    const { accept, publisher, store } = setup();
    store.contents.append(Array.from({ length: 10 }, () => 'x'));
    publisher.answer = () => REFUSED;
    expect(await accept([aSubmission()])).toMatchObject([
      { kind: 'unavailable', cause: 'list-full', retryInMs: 7000 },
    ]);
    expect(store.contents.waiting).toHaveLength(10);
  });

  test('each message of several gets its own outcome, in order, and the failed ones are parked together', async () => {
    const { accept, publisher, store, heard } = setup();
    const answers: Record<string, PublishResult> = { b: KAFKA_DOWN, c: REJECTED, d: KAFKA_DOWN, PUBLISHED };
    publisher.answer = ({ id }) => answers[id] ?? { kind: 'published', partition: 1, offset: '5' };
    const outcomes = await accept(['a', 'b', 'c', 'd'].map((id) => aSubmission({ id })));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['published', 'queued', 'rejected', 'queued']);
    expect(store.contents.waiting.map((entry) => fromEntry(entry)?.id)).toEqual(['b', 'd']);
    expect(heard).toEqual(outcomes);
  });

  test('a message that the publisher forgot is never told that it was published', async () => {
    const { accept, publisher, store } = setup();
    publisher.publish = () => Promise.resolve([]);
    expect(await accept([aSubmission()])).toEqual([{ kind: 'queued', because: NO_RESULT }]);
    expect(store.contents.waiting).toHaveLength(1);
  });

  test('what is turned away is neither published nor parked, and shifts no outcome of its neighbours', async () => {
    const { accept, admissions, publisher, recorded } = setup();
    const receipt: Receipt = { id: 'a', status: 'queued', topic: 'messages' };
    admissions.push(
      { kind: 'replayed', receipt },
      { kind: 'admitted' },
      { kind: 'limited', retryInMs: 5 },
      { kind: 'in-flight' },
      { kind: 'admitted' },
    );
    publisher.answer = ({ id }) => ({ kind: 'published', partition: 0, offset: id });
    expect(await accept(['1', '2', '3', '4', '5'].map(withId))).toEqual([
      { kind: 'duplicate', receipt: { ...receipt, id: '1' } },
      { kind: 'published', partition: 0, offset: '2' },
      { kind: 'limited', retryInMs: 5 },
      { kind: 'in-flight' },
      { kind: 'published', partition: 0, offset: '5' },
    ]);
    expect(publisher.calls.flat().map(({ id }) => id)).toEqual(['2', '5']);
    expect(recorded.map(({ id }) => id)).toEqual(['2', '5']);
  });

  test('whether Kafka or the list took it: it gets its receipt, and its id stays taken', async () => {
    const { accept, publisher, store, recorded } = setup();
    publisher.answer = ({ id }) => (id === 'parked' ? KAFKA_DOWN : PUBLISHED);
    await accept([withId('parked'), withId('taken')]);
    expect(recorded).toEqual([
      { id: 'parked', status: 'queued', topic: 'messages' },
      { id: 'taken', status: 'published', topic: 'messages', partition: 0, offset: '0' },
    ]);
    expect(store.contents.held).toHaveLength(2);
  });

  test("a message whose id is not the client's has a kept receipt only while it waits in the list", async () => {
    const { accept, publisher, recorded } = setup();
    publisher.answer = ({ id }) => (id === 'parked' ? KAFKA_DOWN : PUBLISHED);
    await accept([aSubmission({ id: 'parked' }), aSubmission({ id: 'taken' })]);
    expect(recorded).toEqual([{ id: 'parked', status: 'queued', topic: 'messages' }]);
  });

  test.each([
    ['rejected', REJECTED, undefined],
    ['unavailable', KAFKA_DOWN, { kind: 'failed', reason: 'gone' } as const],
  ])('an id whose message is %s is free again, and has no receipt', async (kind, result, fault) => {
    const { accept, publisher, store, recorded } = setup();
    publisher.answer = () => result;
    store.list.park = () => Promise.resolve(fault ?? { kind: 'done', value: 'parked' });
    expect(await accept([aSubmission()])).toMatchObject([{ kind }]);
    await Promise.resolve();
    expect(store.contents.held).toEqual([]);
    expect(recorded).toEqual([]);
  });
});
