import { describe, expect, test } from 'bun:test';
import { orderKeyOf } from '../../src/message/order-key.ts';
import { toEntry } from '../../src/message/entry.ts';
import { drainBatch } from '../../src/backfill/drain.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakeLog } from '../support/fakes/fake-log.ts';
import { FakePublisher, KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { aMessage } from '../support/fakes/messages.ts';

/** As in `a1`: the first message of key a; `-1` has no key. */
const toMessage = (id: string) => aMessage({ id, key: id.startsWith('-') ? null : (id[0] ?? '') });
const keyOf = (id: string) => orderKeyOf(toMessage(id));

function setup(ids: string, answers: Record<string, PublishResult> = {}) {
  const publisher = new FakePublisher();
  publisher.answer = ({ id }) => answers[id] ?? PUBLISHED;
  const clock = new FakeClock();
  const store = new FaultyStore(clock);
  const stopping = new AbortController();
  const messages = ids.split(' ').map(toMessage);
  store.contents.append(
    messages.map((message) => toEntry(message, clock.wallTime())),
    messages.map(orderKeyOf),
  );
  const deps = {
    publisher,
    list: store.list,
    clock,
    log: new FakeLog(),
    record() {},
    publishTimeoutMs: 3000,
    maxAgeMs: 60_000,
    ordered: true,
  };
  const sent = () => publisher.calls.map((call) => call.map(({ id }) => id).join(' '));
  return { publisher, store, clock, stopping, sent, drain: () => drainBatch(deps, stopping.signal, 500) };
}

const TOPIC_DOWN: PublishResult = { kind: 'failed', blame: 'topic', reason: 'x', maybeWritten: false };

describe('drainBatch, where the order of keys is kept,', () => {
  test('publishes each key in its order, and counts down what has left the list', async () => {
    const { drain, sent, store } = setup('a1 b1 a2 -1');
    expect(await drain()).toBe('progress');
    expect(sent()).toEqual(['a1 b1 -1', 'a2']);
    const done = (id: string) => ({ kind: 'done', orderKey: keyOf(id) });
    expect(store.settled as unknown).toEqual([[done('a1'), done('b1'), done('a2'), { kind: 'done' }]]);
    expect(store.contents.holdsOrderKey(keyOf('a1') ?? '')).toBe(false);
  });

  test('returns what stands behind one that failed, unsent', async () => {
    const { drain, sent, store } = setup('a1 a2 a3 b1', { a1: KAFKA_DOWN });
    await drain();
    expect(sent()).toEqual(['a1 b1']);
    expect(store.settled[0]?.map(({ kind }) => kind)).toEqual(['return', 'return', 'return', 'done']);
    expect(store.contents.holdsOrderKey(keyOf('a1') ?? '')).toBe(true);
  });

  test('returns what its topic refused, for at the tail later ones would pass it; without a key it is deferred', async () => {
    const { drain, store } = setup('a1 -1 a2', { a1: TOPIC_DOWN, '-1': TOPIC_DOWN });
    await drain();
    expect(store.settled[0]?.map(({ kind }) => kind)).toEqual(['return', 'defer', 'return']);
  });

  test('goes on behind a dead letter, which no longer holds its key', async () => {
    const { drain, store } = setup('a1 a2', { a1: { kind: 'rejected', cause: 'invalid', reason: 'Bad' } });
    store.contents.append([toEntry(toMessage('b1'), 0), 'not a message'], [keyOf('b1')]);
    await drain();
    expect(store.settled[0]?.map(({ kind }) => kind)).toEqual(['dead', 'done', 'dead', 'dead']);
    expect(['a1', 'b1'].map((id) => store.contents.holdsOrderKey(keyOf(id) ?? ''))).toEqual([false, false]);
  });

  test('claims nothing while another worker has a batch', async () => {
    const { drain, store, sent } = setup('a1 a2');
    await store.list.claim({ batch: 'other', maxCount: 1, maxBytes: 999, leaseMs: 1 });
    expect(await drain()).toBe('pause');
    expect(sent()).toEqual([]);
    await store.list.settle('other', [{ kind: 'done', orderKey: keyOf('a1') }]);
    expect(await drain()).toBe('progress');
    expect(sent()).toEqual(['a2']);
  });

  test('sends no other wave once the process is to stop', async () => {
    const { drain, publisher, stopping, sent, store } = setup('a1 a2 a3');
    publisher.answer = () => {
      stopping.abort();
      return PUBLISHED;
    };
    expect(await drain()).toBe('progress');
    expect(sent()).toEqual(['a1']);
    expect(store.settled[0]?.map(({ kind }) => kind)).toEqual(['done', 'return', 'return']);
  });

  test('sends no other wave once the lease may be lost', async () => {
    const { drain, publisher, clock, store, sent } = setup('a1 a2 a3');
    store.list.renew = () => Promise.resolve({ kind: 'failed', reason: 'away' });
    publisher.answer = async ({ id }) => {
      if (id === 'a2') await clock.advance(60_000);
      return PUBLISHED;
    };
    await drain();
    expect(sent()).toEqual(['a1', 'a2']);
  });
});
