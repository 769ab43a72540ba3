import { describe, expect, test } from 'bun:test';
import { createAccept } from '../../src/accept/accept.ts';
import { createOrder } from '../../src/accept/order.ts';
import { orderKeyOf } from '../../src/message/order-key.ts';
import { fromEntry } from '../../src/message/entry.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakePublisher, KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { aMessage, aSubmission } from '../support/fakes/messages.ts';

function setup() {
  const publisher = new FakePublisher();
  const clock = new FakeClock();
  const store = new FaultyStore(clock);
  const counted = { unknown: 0, behind: 0 };
  const order = createOrder({
    list: store.list,
    clock,
    onUnknown: (count) => (counted.unknown += count),
    onBehind: (count) => (counted.behind += count),
  });
  const accept = createAccept({
    publisher,
    list: store.list,
    bounds: { maxLength: 10 },
    clock,
    gate: store.gate,
    admit: (all) =>
      Promise.resolve(
        all.map((submission) => ({ submission, admission: { kind: 'admitted' }, hold: undefined })),
      ),
    order,
    record() {},
    onOutcome() {},
  });
  /** As in `a1`: the first message of key a; `-1` has no key. */
  const send = (ids: string) => accept(ids.split(' ').map((id) => aSubmission({ id, key: keyOf(id) })));
  const kinds = async (ids: string) => (await send(ids)).map(({ kind }) => kind);
  const sent = () => publisher.calls.map((call) => call.map(({ id }) => id).join(' '));
  const parked = () => store.contents.waiting.map((entry) => fromEntry(entry)?.id);
  const isHeld = (key: string) => store.contents.holdsOrderKey(orderKeyOf(aMessage({ key })) ?? '');
  return { publisher, store, clock, counted, send, kinds, sent, parked, isHeld };
}

const keyOf = (id: string) => (id.startsWith('-') ? null : (id[0] ?? ''));

describe('accept, where the order of keys is kept,', () => {
  test('parks behind earlier ones of the key though Kafka would take it, and nothing else', async () => {
    const { publisher, kinds, sent, parked, isHeld, counted } = setup();
    publisher.answer = () => KAFKA_DOWN;
    expect(await kinds('a1')).toEqual(['queued']);
    expect(isHeld('a')).toBe(true);
    publisher.answer = () => PUBLISHED;
    expect(await kinds('a2')).toEqual(['queued']);
    expect(await kinds('b1')).toEqual(['published']);
    expect(await kinds('-1')).toEqual(['published']);
    expect(parked()).toEqual(['a1', 'a2']);
    expect(sent()).toEqual(['a1', 'b1', '-1']);
    expect(counted).toEqual({ unknown: 0, behind: 1 });
  });

  test('publishes again once nothing of the key waits', async () => {
    const { publisher, store, kinds, isHeld } = setup();
    publisher.answer = () => KAFKA_DOWN;
    await kinds('a1');
    await store.list.claim({ batch: 'x', maxCount: 9, maxBytes: 999, leaseMs: 1 });
    await store.list.settle('x', [{ kind: 'done', orderKey: orderKeyOf(aMessage({ key: 'a' })) }]);
    publisher.answer = () => PUBLISHED;
    expect(isHeld('a')).toBe(false);
    expect(await kinds('a2')).toEqual(['published']);
  });

  test('of several of one key, those behind one that was not published are parked, in order', async () => {
    const { publisher, kinds, sent, parked } = setup();
    publisher.answer = ({ id }) => (id === 'a2' ? KAFKA_DOWN : PUBLISHED);
    const answers = await kinds('a1 a2 b1 a3 -1 b2');
    expect(answers).toEqual(['published', 'queued', 'published', 'queued', 'published', 'published']);
    expect(sent()).toEqual(['a1 b1 -1', 'a2 b2']);
    expect(parked()).toEqual(['a2', 'a3']);
  });

  test('behind one that Kafka refuses for good the others are published', async () => {
    const { publisher, kinds, isHeld } = setup();
    publisher.answer = ({ id }) =>
      id === 'a1' ? { kind: 'rejected', cause: 'too-large', reason: 'Too large' } : PUBLISHED;
    expect(await kinds('a1 a2')).toEqual(['rejected', 'published']);
    expect(isHeld('a')).toBe(false);
  });

  test.each([
    ['gone', { kind: 'failed', reason: 'gone' } as const],
    ['open', { kind: 'refused', retryInMs: 5 } as const],
  ])('with the store %s messages reach Kafka all the same, and are counted', async (_, fault) => {
    const { store, kinds, counted } = setup();
    store.fault = fault;
    expect(await kinds('a1 b1 -1')).toEqual(['published', 'published', 'published']);
    expect(await kinds('-2')).toEqual(['published']);
    expect(counted).toEqual({ unknown: 2, behind: 0 });
  });

  test('a store that is silent is waited for 150 ms, and no longer', async () => {
    const { store, clock, send, sent, counted } = setup();
    store.list.parkedKeys = () => new Promise(() => {});
    const answer = send('a1');
    await clock.advance(149);
    expect(sent()).toEqual([]);
    await clock.advance(1);
    expect(await answer).toMatchObject([{ kind: 'published' }]);
    expect(counted.unknown).toBe(1);
  });

  test('what has to stand behind and finds no room is unavailable, and not published', async () => {
    const { publisher, store, send, sent } = setup();
    publisher.answer = () => KAFKA_DOWN;
    await send('a1');
    publisher.answer = () => PUBLISHED;
    store.contents.append(Array.from({ length: 9 }, () => 'x'));
    expect(await send('a2')).toMatchObject([{ kind: 'unavailable', cause: 'list-full' }]);
    const park = store.list.park.bind(store.list);
    store.list.park = () => Promise.resolve({ kind: 'failed', reason: 'gone' });
    const reason = 'Kafka: earlier messages of its key wait in the list; Redis: gone';
    expect(await send('a2')).toMatchObject([{ kind: 'unavailable', cause: 'failed', reason }]);
    store.list.park = park;
    expect(sent()).toEqual(['a1']);
  });

  test('asks for each key once, at the same time as it is admitted, and not where there is no key', async () => {
    const { store, send } = setup();
    const asked: (readonly string[])[] = [];
    store.list.parkedKeys = (keys) => {
      asked.push(keys);
      return Promise.resolve({ kind: 'done', value: keys.map(() => false) });
    };
    await send('-1 -2');
    await send('a1 -1 a2 b1');
    expect(asked).toEqual([['messages a', 'messages b']]);
  });
});
