import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { POISON_RULE } from '../../src/backfill/poison.ts';
import type { Settlement } from '../../src/ports/fallback-list.ts';
import type { StoreReply } from '../../src/ports/store-reply.ts';
import { keyOf } from './key-of.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const LEASE_MS = 300;
const RETURN: Settlement = { kind: 'return' };
const done = (orderKey?: string): Settlement => ({ kind: 'done', orderKey });
const dead = (orderKey: string): Settlement => ({ kind: 'dead', reason: 'Broken', orderKey });

/** What every store promises about order keys, and about one batch at a time. */
export function orderContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of order:`, () => {
    let it: StoreUnderTest;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());

    const park = async (...entries: string[]) =>
      value(await it.store.list.park(entries, {}, entries.map(keyOf)));
    const settle = async (batch: string, ...verdicts: Settlement[]) =>
      value(await it.store.list.settle(batch, verdicts));
    const parked = async (...orderKeys: string[]) => {
      const answers = value(await it.store.list.parkedKeys(orderKeys));
      return orderKeys.filter((_, index) => answers[index]);
    };
    const claim = async (batch: string, maxCount = 100, exclusive = true) =>
      value(
        await it.store.list.claim({ batch, maxCount, maxBytes: 1_000_000, leaseMs: LEASE_MS, exclusive }),
      );

    test('a key is parked from its park until its last message has left the list', async () => {
      expect(await parked('a', 'b')).toEqual([]);
      await park('a1', 'b1', 'a2');
      expect(await parked('b', 'c', 'a')).toEqual(['b', 'a']);
      expect(await claim('x', 2)).toEqual(['a1', 'b1']);
      expect(await parked('a', 'b')).toEqual(['a', 'b']);
      await settle('x', done('a'), done('b'));
      expect(await parked('a', 'b')).toEqual(['a']);
      await claim('y');
      await settle('y', done('a'));
      expect(await parked('a', 'b')).toEqual([]);
    });

    test('what has no key is parked beside what has one, and holds up nobody', async () => {
      await park('1', 'a1', '2');
      expect(await claim('x')).toEqual(['1', 'a1', '2']);
      await settle('x', done(), RETURN, done());
      expect(await parked('a')).toEqual(['a']);
      expect(value(await it.store.list.parkedKeys([]))).toEqual([]);
    });

    test('returned, deferred or reaped, a message still holds its key; dead it does not', async () => {
      await park('a1', 'b1', 'c1', 'd1');
      await claim('x');
      await settle('x', RETURN, { kind: 'defer' }, dead('c'), RETURN);
      expect(await parked('a', 'b', 'c')).toEqual(['a', 'b']);
      await claim('y');
      await it.wait(LEASE_MS + 20);
      expect(value(await it.store.list.reap(POISON_RULE))).toMatchObject({ returned: 3 });
      expect(await parked('a', 'b', 'c')).toEqual(['a', 'b']);
    });

    test('who parks within bounds holds a key, and who finds the list full holds none', async () => {
      const bounds = { maxLength: 2, maxBytes: 100 };
      const parkWithin = async (...entries: string[]) =>
        value(await it.store.list.park(entries, bounds, entries.map(keyOf)));
      expect(await parkWithin('a1', '1')).toBe('parked');
      expect(await parkWithin('b1')).toBe('full');
      expect(await parkWithin()).toBe('full');
      expect(await parked('a', 'b')).toEqual(['a']);
    });

    test('of many who park and ask at once, each is counted and answered for itself', async () => {
      const keys = Array.from({ length: 50 }, (_, index) => `key-${String.fromCodePoint(97 + index)}`);
      await Promise.all(keys.map((key, index) => (index % 3 ? park(`${key}1`, '2') : park('1', `${key}2`))));
      const asks = keys.map((key) => parked('none', key, 'other'));
      expect(await Promise.all(asks)).toEqual(keys.map((key) => [key]));
      const entries = await claim('x', 1000);
      expect(entries).toHaveLength(100);
      await settle('x', ...entries.map((entry) => done(keyOf(entry))));
      expect(await parked(...keys)).toEqual([]);
    });

    test('what was settled once is not counted down twice', async () => {
      await park('a1', 'a2');
      await claim('x', 1);
      expect(await settle('x', done('a'))).toBe(true);
      expect(await settle('x', done('a'))).toBe(false);
      expect(await parked('a')).toEqual(['a']);
    });

    test('a requeued dead letter holds its key again, some or all, and a deleted one does not', async () => {
      await park('a1', 'b1', 'c1', 'd1', '1');
      await claim('x');
      await settle('x', dead('a'), dead('b'), dead('c'), dead('d'), { kind: 'dead', reason: 'None' });
      const letters = value(await it.store.list.deadLetters({ limit: 10 }));
      const [a, b] = letters.map(({ id }) => id);
      expect(value(await it.store.list.requeue([a ?? '', 'no such id', a ?? ''], keyOf))).toBe(1);
      expect(value(await it.store.list.discard([b ?? '']))).toBe(1);
      expect(await parked('a', 'b', 'c', 'd')).toEqual(['a']);
      expect(value(await it.store.list.requeue('all', keyOf))).toBe(3);
      expect(value(await it.store.list.requeue('all', keyOf))).toBe(0);
      expect(await parked('a', 'b', 'c', 'd')).toEqual(['a', 'c', 'd']);
      expect(await claim('y')).toEqual(['a1', 'c1', 'd1', '1']);
      await settle('y', done('a'), done('c'), done('d'), done());
      expect(await parked('a', 'b', 'c', 'd')).toEqual([]);
    });

    test('hundreds of dead letters are requeued with their keys, in their order', async () => {
      const entries = Array.from({ length: 130 }, (_, index) => `${index % 2 ? 'odd' : 'even'}${index}`);
      await park(...entries);
      await claim('x', 200);
      await settle('x', ...entries.map((entry) => dead(keyOf(entry) ?? '')));
      expect(value(await it.store.list.requeue('all', keyOf))).toBe(130);
      expect(await claim('y', 200)).toEqual(entries);
      await settle('y', ...entries.map((entry) => (keyOf(entry) === 'odd' ? done('odd') : RETURN)));
      expect(await parked('odd', 'even')).toEqual(['even']);
    });

    test('once the list is empty no key is parked, whatever was miscounted before', async () => {
      await park('a1');
      for (let attempts = 0; attempts < POISON_RULE.maxAttempts; attempts++) {
        value(await it.store.list.claim({ batch: 'x', maxCount: 1, maxBytes: 100, leaseMs: 1 }));
        await it.wait(5);
        value(await it.store.list.reap(POISON_RULE));
      }
      expect(value(await it.store.list.backlog())).toEqual({ waiting: 0, claimed: 0, dead: 1 });
      await park('b1', 'b2');
      await claim('y', 1);
      await settle('y', done('b'));
      expect(await parked('a', 'b')).toEqual(['a', 'b']);
      await claim('z');
      await settle('z', done('b'));
      expect(await parked('a', 'b')).toEqual([]);
    });

    test('what was parked without a count is settled all the same', async () => {
      await it.store.list.park(['a1', 'b1']);
      await claim('x', 1);
      expect(await settle('x', done('a'))).toBe(true);
      expect(await parked('a')).toEqual([]);
      await park('a2');
      expect(await parked('a')).toEqual(['a']);
    });

    test('an exclusive claim gets nothing while another batch is out, and the same if it asks again', async () => {
      await park('a1', 'a2', 'a3');
      expect(await claim('x', 1)).toEqual(['a1']);
      expect(await claim('y', 1)).toEqual([]);
      expect(await claim('x', 1)).toEqual(['a1']);
      await settle('x', done('a'));
      expect(await claim('y', 1)).toEqual(['a2']);
      expect(await claim('z', 1, false)).toEqual(['a3']);
    });

    test('a batch whose lease has ended is out until it is reaped: what stands behind it waits', async () => {
      await park('a1', 'a2', 'a3');
      await claim('x', 2);
      await it.wait(LEASE_MS + 20);
      expect(await claim('y')).toEqual([]);
      expect(value(await it.store.list.reap(POISON_RULE))).toMatchObject({ returned: 2 });
      expect(await claim('y')).toEqual(['a1', 'a2', 'a3']);
      expect(await settle('x', done('a'), done('a'))).toBe(false);
      expect(await parked('a')).toEqual(['a']);
    });
  });
}

function value<T>(reply: StoreReply<T>): T {
  if (reply.kind !== 'done') throw new Error(`Not done: ${JSON.stringify(reply)}`);
  return reply.value;
}
