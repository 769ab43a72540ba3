import { describe, expect, test } from 'bun:test';
import { storeContract } from '../../contracts/store.ts';
import { FakeClock } from './fake-clock.ts';
import { FaultyStore } from './faulty-store.ts';

storeContract('store/embedded, with fault injection,', () => {
  const clock = new FakeClock();
  const store = new FaultyStore(clock);
  const wait = (ms: number) => clock.advance(ms);
  const setBack = (ms: number) => Promise.resolve(clock.setBack(ms));
  return Promise.resolve({ store, wait, skip: wait, setBack, close: () => store.close() });
});

describe('a faulty store', () => {
  test('answers every verb with its fault, and does nothing', async () => {
    const store = new FaultyStore();
    store.fault = { kind: 'failed', reason: 'gone' };
    expect(await store.list.park(['1'])).toEqual(store.fault);
    expect(await store.receipts.read('a')).toEqual(store.fault);
    expect(await store.durability()).toEqual(store.fault);
    expect((await store.probe()).kind).toBe('down');
    expect(store.contents.waiting).toEqual([]);
    store.fault = undefined;
    await store.list.park(['1']);
    expect(store.contents.waiting).toEqual(['1']);
  });

  test('holds calls until it is told, and then says whether it has failed meanwhile', async () => {
    const store = new FaultyStore();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    store.wait = promise;
    const held = [store.list.park(['1']), store.list.park(['2'])];
    await Promise.resolve();
    expect(store.contents.waiting).toEqual([]);
    store.fault = { kind: 'refused', retryInMs: 1 };
    resolve(undefined);
    expect(await Promise.all(held)).toEqual([store.fault, store.fault]);
  });

  test('keeps what it was asked, whether it answered or not', async () => {
    const store = new FaultyStore();
    await store.list.park(['1'], { maxLength: 5 });
    store.fault = { kind: 'failed', reason: 'gone' };
    await store.list.park(['2']);
    expect(store.callsTo('list', 'park') as unknown).toEqual([[['1'], { maxLength: 5 }], [['2']]]);
    expect(store.callsTo('receipts', 'read')).toEqual([]);
  });
});
