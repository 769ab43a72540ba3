import { describe, expect, test } from 'bun:test';
import { drainBatch } from '../../src/backfill/drain.ts';
import { DOUBT_MARGIN_MS, LONGEST_CALL_MS, toEntry } from '../../src/message/entry.ts';
import type { Receipt } from '../../src/ports/receipts.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakeLog } from '../support/fakes/fake-log.ts';
import { FakePublisher, KAFKA_DOWN } from '../support/fakes/fake-publisher.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { aMessage } from '../support/fakes/messages.ts';

/** A list of messages parked in doubt for 4 s, by their ids; `plain` ones are without a doubt. */
function setup(ids: string[], { plain = [] as string[], ordered = false, untilMs = 4000 } = {}) {
  const publisher = new FakePublisher();
  const clock = new FakeClock();
  const store = new FaultyStore(clock);
  const recorded: Receipt[] = [];
  const now = clock.wallTime();
  const entry = (id: string) =>
    toEntry(
      aMessage({ id, key: id[0]! }),
      now,
      plain.includes(id) ? undefined : { token: `t-${id}`, until: now + untilMs },
    );
  store.contents.append(ids.map(entry));
  const deps = {
    publisher,
    list: store.list,
    clock,
    log: new FakeLog(),
    record: (receipt: Receipt) => void recorded.push(receipt),
    publishTimeoutMs: 3000,
    maxAgeMs: Infinity,
    ordered,
  };
  const stopping = new AbortController();
  const resolve = (id: string, isPublished: boolean) =>
    store.list.resolveDoubts([{ token: `t-${id}`, isPublished }]);
  const sent = () => publisher.calls.flat().map(({ id }) => id);
  return { publisher, clock, store, resolve, sent, drain: () => drainBatch(deps, stopping.signal, 500) };
}

describe('an entry in doubt', () => {
  test('is not published while Kafka may still take it, and keeps its place', async () => {
    const { drain, sent, store } = setup(['a', 'b']);
    const before = store.contents.waiting;
    expect(await drain()).toBe('pause');
    expect(sent()).toEqual([]);
    expect(store.contents.waiting).toEqual(before);
  });

  test('leaves the list unpublished once Kafka has acknowledged its message', async () => {
    const { drain, sent, resolve, store } = setup(['a', 'b']);
    await resolve('a', true);
    expect(await drain()).toBe('progress');
    expect(sent()).toEqual([]);
    expect(store.contents.waiting).toHaveLength(1);
    expect(await store.list.doubts(['t-a'])).toEqual({ kind: 'done', value: [undefined] });
  });

  test('is published at once when its call has failed', async () => {
    const { drain, sent, resolve } = setup(['a']);
    await resolve('a', false);
    await drain();
    expect(sent()).toEqual(['a']);
  });

  test('is published when the call must have ended and nothing was told: its process died', async () => {
    const { drain, sent, clock } = setup(['a']);
    await clock.advance(4000);
    await drain();
    expect(sent()).toEqual(['a']);
  });

  test('is held as long as the longest call that the settings allow, by a clock that is a little ahead', async () => {
    const { drain, sent } = setup(['a'], { untilMs: LONGEST_CALL_MS + DOUBT_MARGIN_MS + 5000 });
    await drain();
    expect(sent()).toEqual([]);
  });

  test('is not held for hours because the clock of another host says so', async () => {
    const { drain, sent } = setup(['a'], { untilMs: 7_200_000 });
    await drain();
    expect(sent()).toEqual(['a']);
  });

  test('is cancelled on the next claim when the word of it comes while it is claimed', async () => {
    const { drain, sent, resolve, store, clock } = setup(['a']);
    const doubts = store.list.doubts.bind(store.list);
    store.list.doubts = async (tokens) => {
      const reply = await doubts(tokens);
      await resolve('a', true);
      return reply;
    };
    await drain();
    await clock.advance(10_000);
    await drain();
    expect([sent(), store.contents.waiting]).toEqual([[], []]);
  });

  test('holds up no entry without a doubt', async () => {
    const { drain, sent } = setup(['a', 'b'], { plain: ['b'] });
    await drain();
    expect(sent()).toEqual(['b']);
  });

  test('holds up later ones of its key where order is kept, and no others', async () => {
    const { drain, sent, resolve, store } = setup(['a1', 'a2', 'b1'], {
      plain: ['a2', 'b1'],
      ordered: true,
    });
    await drain();
    expect(sent()).toEqual(['b1']);
    await resolve('a1', true);
    await drain();
    expect([sent(), store.contents.waiting]).toEqual([['b1', 'a2'], []]);
  });

  test('stays resolved when it could not be published: the mark goes with the entry alone', async () => {
    const { drain, sent, resolve, publisher, store } = setup(['a']);
    await resolve('a', false);
    publisher.answer = () => KAFKA_DOWN;
    await drain();
    expect(await store.list.doubts(['t-a'])).toEqual({ kind: 'done', value: [false] });
    expect(sent()).toEqual(['a']);
  });

  test('costs no question where no entry of a batch is in doubt', async () => {
    const { drain, store } = setup(['a'], { plain: ['a'] });
    await drain();
    expect(store.callsTo('list', 'doubts')).toEqual([]);
  });
});
