import { describe, expect, test } from 'bun:test';
import { createAccept } from '../../src/accept/accept.ts';
import { Doubts } from '../../src/accept/doubts.ts';
import { createOrder } from '../../src/accept/order.ts';
import { doubtOf, fromEntry } from '../../src/message/entry.ts';
import type { Message } from '../../src/message/message.ts';
import type { EarlyResult, PublishResult } from '../../src/ports/publisher.ts';
import type { Receipt } from '../../src/ports/receipts.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakePublisher, KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { aSubmission } from '../support/fakes/messages.ts';

const STALLED: PublishResult = { kind: 'refused', because: 'stalled', retryInMs: 0 };

/** A driver whose every message is in doubt, unless the test says else; the test settles them by id. */
class SlowPublisher extends FakePublisher {
  readonly settle = new Map<string, (result: PublishResult) => void>();
  early: (message: Message) => EarlyResult = ({ id }) => {
    const { promise, resolve } = Promise.withResolvers<PublishResult>();
    this.settle.set(id, resolve);
    return { kind: 'in-doubt', settled: promise };
  };

  publishWithin(messages: readonly Message[]): Promise<EarlyResult[]> {
    return Promise.resolve(messages.map((message) => this.early(message)));
  }
}

function setup({ ordered = false } = {}) {
  const clock = new FakeClock();
  const store = new FaultyStore(clock);
  const publisher = new SlowPublisher();
  const recorded: Receipt[] = [];
  const resolved: boolean[] = [];
  const record = (receipt: Receipt) => void recorded.push(receipt);
  const doubts = new Doubts({
    list: store.list,
    clock,
    callMs: 3000,
    record,
    onResolved: (isPublished) => void resolved.push(isPublished),
  });
  const accept = createAccept({
    publisher,
    list: store.list,
    bounds: {},
    clock,
    patience: { ms: 300, doubts },
    gate: store.gate,
    admit: (all) =>
      Promise.resolve(
        all.map((submission) => ({ submission, admission: { kind: 'admitted' }, hold: undefined })),
      ),
    order: ordered
      ? createOrder({ list: store.list, clock, onUnknown: () => {}, onBehind: () => {} })
      : undefined,
    record,
    onOutcome() {},
  });
  const send = async (...ids: string[]) =>
    (await accept(ids.map((id) => aSubmission({ id, key: id[0]! })))).map(({ kind }) => kind);
  const parked = () => store.contents.waiting.map((entry) => fromEntry(entry)?.id);
  const marks = async () => {
    const tokens = store.contents.waiting.map((entry) => doubtOf(entry)?.token ?? 'none');
    const reply = await store.list.doubts(tokens);
    return reply.kind === 'done' ? reply.value : reply;
  };
  return { clock, store, publisher, doubts, recorded, resolved, send, parked, marks };
}

describe('a message in doubt', () => {
  test('is parked with a mark, and its client answered queued, while Kafka may still take it', async () => {
    const { send, parked, store, clock } = setup();
    expect(await send('a')).toEqual(['queued']);
    expect(parked()).toEqual(['a']);
    const doubt = doubtOf(store.contents.waiting[0]!);
    expect(doubt?.until).toBeGreaterThan(clock.wallTime() + 3000);
  });

  test('is cancelled, and its receipt says published, when Kafka acknowledges it after all', async () => {
    const { send, publisher, doubts, marks, recorded, resolved } = setup();
    await send('a');
    publisher.settle.get('a')?.({ kind: 'published', partition: 1, offset: '5' });
    await doubts.ended();
    expect(await marks()).toEqual([true]);
    expect(recorded.at(-1)).toMatchObject({ id: 'a', status: 'published', partition: 1, offset: '5' });
    expect(resolved).toEqual([true]);
  });

  test('is an ordinary parked message when its call fails', async () => {
    const { send, publisher, doubts, marks, recorded } = setup();
    await send('a');
    publisher.settle.get('a')?.(KAFKA_DOWN);
    await doubts.ended();
    expect(await marks()).toEqual([false]);
    expect(recorded.map(({ status }) => status)).toEqual(['queued']);
  });

  test('is cancelled in one command with all that Kafka acknowledges at the same time', async () => {
    const { send, publisher, doubts, store, marks } = setup();
    for (let count = 0; count < 50; count++) await send(`m${count}`);
    for (const settle of publisher.settle.values()) settle(PUBLISHED);
    await doubts.ended();
    expect(store.callsTo('list', 'resolveDoubts')).toHaveLength(1);
    expect(await marks()).toEqual(Array.from({ length: 50 }, () => true));
  });

  test('is told once more to a list that was away for a moment', async () => {
    const { send, publisher, doubts, store, clock, marks } = setup();
    await send('a');
    store.fault = { kind: 'failed', reason: 'gone' };
    publisher.settle.get('a')?.(PUBLISHED);
    await clock.advance(100);
    store.fault = undefined;
    await clock.advance(200);
    await doubts.ended();
    expect(await marks()).toEqual([true]);
  });

  test('is told before a process that shuts down goes on, also while an earlier word is on its way', async () => {
    const { send, publisher, doubts, store, clock } = setup();
    await send('a', 'b');
    const answers: (() => void)[] = [];
    const tell = store.list.resolveDoubts.bind(store.list);
    store.list.resolveDoubts = async (resolved) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return tell(resolved);
    };
    let hasEnded = false;
    for (const id of ['a', 'b']) {
      publisher.settle.get(id)?.(PUBLISHED);
      await clock.advance(1);
    }
    void doubts.ended().then(() => (hasEnded = true));
    for (const [index, answer] of answers.entries()) {
      await clock.advance(1);
      expect([index, hasEnded]).toEqual([index, false]);
      answer();
    }
    await clock.advance(1);
    expect([answers.length, hasEnded]).toEqual([2, true]);
  });

  test('has a mark of its own, also where two messages have the same id', async () => {
    const { send, store } = setup();
    await send('a');
    await send('a');
    const tokens = store.contents.waiting.map((entry) => doubtOf(entry)?.token);
    expect(new Set(tokens).size).toBe(2);
  });

  test('waits for Kafka as long as a call takes where the list cannot take it', async () => {
    const { send, publisher, store, clock } = setup();
    store.fault = { kind: 'failed', reason: 'gone' };
    const answer = send('a');
    await clock.advance(2000);
    publisher.settle.get('a')?.(PUBLISHED);
    expect(await answer).toEqual(['published']);
  });

  test('is unavailable where neither took it', async () => {
    const { send, publisher, store, clock } = setup();
    store.fault = { kind: 'failed', reason: 'gone' };
    const answer = send('a');
    await clock.advance(2000);
    publisher.settle.get('a')?.(KAFKA_DOWN);
    expect(await answer).toEqual(['unavailable']);
  });

  test('holds its key back, so that a later message of it is parked behind', async () => {
    const { send, publisher, parked } = setup({ ordered: true });
    await send('a1');
    publisher.early = () => PUBLISHED;
    expect(await send('a2')).toEqual(['queued']);
    expect(await send('b1')).toEqual(['published']);
    expect(parked()).toEqual(['a1', 'a2']);
  });

  test('holds its key back within a call as well', async () => {
    const { send, store } = setup({ ordered: true });
    expect(await send('a1', 'a2', 'b1')).toEqual(['queued', 'queued', 'queued']);
    const inDoubt = store.contents.waiting.map((entry) => doubtOf(entry) !== undefined);
    expect(inDoubt).toEqual([true, false, true]);
  });
});

describe('a message that was not sent, because Kafka is silent', () => {
  test('is parked at once, without a doubt', async () => {
    const { send, publisher, store } = setup();
    publisher.early = () => STALLED;
    expect(await send('a')).toEqual(['queued']);
    expect(doubtOf(store.contents.waiting[0]!)).toBeUndefined();
  });

  test('is sent and waited for where the list cannot take it', async () => {
    const { send, publisher, store } = setup();
    publisher.early = () => STALLED;
    store.fault = { kind: 'failed', reason: 'gone' };
    expect(await send('a')).toEqual(['published']);
    expect(publisher.calls.flat().map(({ id }) => id)).toEqual(['a']);
  });
});
