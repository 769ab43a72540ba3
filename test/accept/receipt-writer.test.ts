import { describe, expect, test } from 'bun:test';
import { ReceiptWriter } from '../../src/accept/receipt-writer.ts';
import { fingerprintOf } from '../../src/message/fingerprint.ts';
import { idKey } from '../../src/message/id-key.ts';
import { type KeptReceipt, toClient } from '../../src/ports/receipts.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { aMessage } from '../support/fakes/messages.ts';

/** All receipts here are of messages that differ in their ids alone. */
const MESSAGE = aMessage();
const fingerprint = fingerprintOf(MESSAGE);
const keyOf = (id: string) => idKey({ id });
const queued = (id: string): KeptReceipt => ({ id: keyOf(id), status: 'queued', topic: 't', fingerprint });
const published = (id: string): KeptReceipt => ({
  id: keyOf(id),
  status: 'published',
  topic: 't',
  partition: 0,
  offset: '1',
  fingerprint,
});
const AWAY = { kind: 'failed', reason: 'away' } as const;

function setup(ttlMs = 600_000, isTurnByTurn = false) {
  const clock = new FakeClock();
  const store = new FaultyStore(clock);
  const dropped: number[] = [];
  const recorder = new ReceiptWriter({
    receipts: store.receipts,
    clock,
    ttlMs,
    isTurnByTurn,
    onDropped: (count) => dropped.push(count),
  });
  const saved = () => store.callsTo('receipts', 'save').map(([receipts]) => receipts);
  return { store, clock, dropped, recorder, saved };
}

describe('Recorder', () => {
  test('what is recorded in one tick is written in one command', async () => {
    const { recorder, clock, saved } = setup();
    for (const id of ['a', 'b', 'c']) recorder.record(queued(id), aMessage({ id: id }));
    expect(saved()).toEqual([]);
    await clock.advance(0);
    expect(saved()).toEqual([[queued('a'), queued('b'), queued('c')]]);
  });

  test('what comes while a batch is written is the next batch', async () => {
    const { recorder, store, clock, saved } = setup();
    const answer = Promise.withResolvers<undefined>();
    store.wait = answer.promise;
    recorder.record(queued('a'), aMessage({ id: 'a' }));
    await clock.advance(0);
    for (const id of ['b', 'c']) recorder.record(queued(id), aMessage({ id: id }));
    await clock.advance(1000);
    expect(saved()).toHaveLength(1);
    answer.resolve(undefined);
    await clock.advance(0);
    expect(saved()[1]).toEqual([queued('b'), queued('c')]);
  });

  test('a receipt is known before it is written, and while it is', async () => {
    const { recorder, store, clock } = setup();
    store.wait = new Promise(() => {});
    recorder.record(queued('a'), aMessage({ id: 'a' }));
    expect(recorder.waiting(keyOf('a'))).toEqual(queued('a'));
    await clock.advance(0);
    expect(await recorder.find('a')).toEqual({ kind: 'done', value: toClient(queued('a'), 'a') });
  });

  test('a late queued does not hide what became of the message afterwards', async () => {
    const { recorder, clock, saved } = setup();
    recorder.record(published('a'), aMessage({ id: 'a' }));
    recorder.record(queued('a'), aMessage({ id: 'a' }));
    await clock.advance(0);
    expect(saved()).toEqual([[published('a')]]);
  });

  test('what a store that is away did not take is written once it is back, the newer of two', async () => {
    const { recorder, store, clock, dropped } = setup();
    store.fault = AWAY;
    for (const id of ['a', 'b']) recorder.record(queued(id), aMessage({ id: id }));
    await clock.advance(100);
    recorder.record(published('a'), aMessage({ id: 'a' }));
    store.fault = undefined;
    await clock.advance(250);
    expect([...store.contents.receipts.values()]).toEqual([published('a'), queued('b')]);
    expect(dropped).toEqual([]);
  });

  test('of more than 10,000 that wait the oldest are given up, and counted', async () => {
    const { recorder, store, clock, dropped } = setup();
    store.fault = AWAY;
    for (let count = 0; count < 10_005; count++)
      recorder.record(queued(String(count)), aMessage({ id: String(count) }));
    await clock.advance(0);
    store.fault = undefined;
    await clock.advance(250);
    expect(dropped.reduce((sum, count) => sum + count, 0)).toBe(5);
    expect(store.contents.receipts.size).toBe(10_000);
    expect(store.contents.receipts.has('4')).toBe(false);
  });

  test('it finishes by writing what waits, and does not wait for a store that is away', async () => {
    const { recorder, store } = setup();
    recorder.record(queued('a'), aMessage({ id: 'a' }));
    await recorder.finish();
    expect(store.contents.receipts.size).toBe(1);
    store.fault = AWAY;
    recorder.record(queued('b'), aMessage({ id: 'b' }));
    await recorder.finish();
  });

  test('with a time to live of 0 it writes nothing', async () => {
    const { recorder, clock, saved } = setup(0);
    recorder.record(queued('a'), aMessage({ id: 'a' }));
    await clock.advance(0);
    expect(saved()).toEqual([]);
  });
});

const turnByTurn = () => setup(600_000, true);

describe('Recorder, turn by turn', () => {
  test('what is recorded in one turn is written in one command, beside one that has no end', async () => {
    const { recorder, store, clock, saved } = turnByTurn();
    store.wait = new Promise(() => {});
    recorder.record(queued('lost'), aMessage({ id: 'lost' }));
    await clock.advance(0);
    store.wait = undefined;
    for (const id of ['a', 'b']) recorder.record(queued(id), aMessage({ id: id }));
    await clock.advance(0);
    expect(saved().at(-1)).toEqual([queued('a'), queued('b')]);
    expect(recorder.waiting(keyOf('a'))).toBeUndefined();
    expect(recorder.waiting(keyOf('lost'))).toEqual(queued('lost'));
  });

  test('what could not be written goes along with the next, and sets no timer', async () => {
    const { recorder, store, clock, saved } = turnByTurn();
    store.fault = AWAY;
    recorder.record(queued('a'), aMessage({ id: 'a' }));
    await clock.advance(0);
    store.fault = undefined;
    await clock.advance(60_000);
    expect(recorder.waiting(keyOf('a'))).toEqual(queued('a'));
    recorder.record(published('b'), aMessage({ id: 'b' }));
    await clock.advance(0);
    expect(saved().at(-1)).toEqual([queued('a'), published('b')]);
  });
});
