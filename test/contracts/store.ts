import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { ALONE_AFTER, MAX_ATTEMPTS, POISON, type Verdict } from '../../src/ports/fallback-list.ts';
import { boardContract } from './board.ts';
import { gateContract } from './gate.ts';
import { orderContract } from './order.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { value } from './value.ts';

const LEASE_MS = 300;
const DONE: Verdict = { kind: 'done' };
const RETURN: Verdict = { kind: 'return' };
const DEFER: Verdict = { kind: 'defer' };
const DEAD: Verdict = { kind: 'dead', reason: 'Broken' };

/** What every store promises. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  gateContract(name, open);
  boardContract(name, open);
  orderContract(name, open);
  describe(`${name} keeps the store's contract:`, () => {
    let it: StoreUnderTest;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());

    const park = async (...entries: string[]) => value(await it.store.list.park(entries));
    const settle = async (batch: string, ...verdicts: Verdict[]) =>
      value(await it.store.list.settle(batch, verdicts));
    const reap = async () => value(await it.store.list.reap());
    const backlog = async () => value(await it.store.list.backlog());
    const claim = async (batch: string, maxCount = 100, maxBytes = 1_000_000, leaseMs = LEASE_MS) =>
      value(await it.store.list.claim({ batch, maxCount, maxBytes, leaseMs }));

    test('what is parked is claimed oldest first, character for character', async () => {
      const odd = ['{"a":1}', 'ü😀', '"\u0000\n"', ' ', 'x'.repeat(1_000_000)];
      await park('first');
      await park(...odd);
      expect(await claim('b', 100, 10_000_000)).toEqual(['first', ...odd]);
    });

    test('what is claimed is not claimed by another', async () => {
      await park('1', '2', '3');
      expect(await claim('a', 2)).toEqual(['1', '2']);
      expect(await claim('b', 2)).toEqual(['3']);
      expect(await claim('c', 2)).toEqual([]);
      expect(await backlog()).toEqual({ waiting: 0, claimed: 3, dead: 0 });
    });

    test('many claims at once share the entries out', async () => {
      const entries = Array.from({ length: 100 }, (_, index) => `e${index}`);
      await park(...entries);
      const claims = await Promise.all(entries.map((_, index) => claim(`b${index}`, 7)));
      expect(claims.flat().toSorted()).toEqual(entries.toSorted());
    });

    test('a claim that is asked for again, after a lost answer, gets the same entries', async () => {
      await park('1', '2', '3');
      expect(await claim('a', 2)).toEqual(['1', '2']);
      expect(await claim('a', 2)).toEqual(['1', '2']);
      expect(await settle('a', DONE, DONE)).toBe(true);
      expect(await backlog()).toEqual({ waiting: 1, claimed: 0, dead: 0 });
    });

    test('a claim stays below its bytes, and takes one entry however large', async () => {
      await park('x'.repeat(10), 'ü'.repeat(10), 'x');
      expect(await claim('a', 100, 29)).toHaveLength(1);
      expect(await claim('b', 100, 21)).toHaveLength(2);
      await park('x'.repeat(100));
      expect(await claim('c', 100, 1)).toHaveLength(1);
    });

    test('done is forgotten', async () => {
      await park('1', '2');
      await claim('a');
      expect(await settle('a', DONE, DONE)).toBe(true);
      expect(await backlog()).toEqual({ waiting: 0, claimed: 0, dead: 0 });
      expect(await claim('b')).toEqual([]);
    });

    test('returned entries stand at the head again, in their order', async () => {
      await park('1', '2', '3', '4');
      await claim('a', 3);
      await settle('a', RETURN, DONE, RETURN);
      expect(await claim('b')).toEqual(['1', '3', '4']);
    });

    test('deferred entries stand at the tail, in their order', async () => {
      await park('1', '2', '3', '4');
      await claim('a', 3);
      await settle('a', DEFER, RETURN, DEFER);
      expect(await claim('b')).toEqual(['2', '4', '1', '3']);
    });

    test('dead entries leave the list and are counted', async () => {
      await park('1', '2', '3');
      await claim('a');
      expect(await settle('a', DEAD, RETURN, DEAD)).toBe(true);
      expect(await backlog()).toEqual({ waiting: 1, claimed: 0, dead: 2 });
      expect(await claim('b')).toEqual(['2']);
    });

    test('a claim can be settled once', async () => {
      await park('1');
      await claim('a');
      expect(await settle('a', RETURN)).toBe(true);
      expect(await settle('a', DONE)).toBe(false);
      expect(await claim('b')).toEqual(['1']);
    });

    test('verdicts that do not match the claim change nothing', async () => {
      await park('1', '2');
      await claim('a');
      expect((await it.store.list.settle('a', [DONE])).kind).toBe('failed');
      expect(await backlog()).toEqual({ waiting: 0, claimed: 2, dead: 0 });
      expect(await settle('a', DONE, DONE)).toBe(true);
    });

    test('an expired lease puts its entries back at the head, in their order', async () => {
      await park('1', '2', '3', '4', '5');
      await claim('a', 2);
      await it.wait(20);
      await claim('b', 2);
      expect(await reap()).toEqual({ returned: 0, dead: 0 });
      await it.wait(LEASE_MS + 20);
      expect(await reap()).toEqual({ returned: 4, dead: 0 });
      expect(await claim('c')).toEqual(['1', '2', '3', '4', '5']);
    });

    test('a renewed lease keeps its entries, and nobody renews what was lost', async () => {
      await park('1');
      await claim('a');
      const renew = async () => value(await it.store.list.renew('a', 3 * LEASE_MS));
      expect(await renew()).toBe(true);
      await it.wait(LEASE_MS + 20);
      expect(await reap()).toEqual({ returned: 0, dead: 0 });
      await it.wait(2 * LEASE_MS);
      expect(await reap()).toEqual({ returned: 1, dead: 0 });
      expect(await renew()).toBe(false);
      expect(await settle('a', DONE)).toBe(false);
      expect(await claim('b')).toEqual(['1']);
    });

    test('who lost the lease can settle nothing', async () => {
      await park('1');
      await claim('a');
      await it.wait(LEASE_MS + 20);
      await reap();
      expect(await claim('b')).toEqual(['1']);
      expect(await settle('a', DONE)).toBe(false);
      expect(await settle('b', RETURN)).toBe(true);
      expect(await backlog()).toEqual({ waiting: 1, claimed: 0, dead: 0 });
    });

    test('past its length the list is full: nothing of it is parked, nothing dropped, claims count', async () => {
      const bounds = { maxLength: 3 };
      const parkWithin = async (...entries: string[]) => value(await it.store.list.park(entries, bounds));
      expect(await parkWithin('1', '2')).toBe('parked');
      expect(await parkWithin('3', '4')).toBe('full');
      expect(await parkWithin()).toBe('parked');
      await claim('a', 1);
      expect(await parkWithin('3')).toBe('parked');
      expect(await parkWithin('4')).toBe('full');
      expect(await parkWithin()).toBe('full');
      expect(await backlog()).toEqual({ waiting: 2, claimed: 1, dead: 0 });
      await settle('a', DONE);
      expect(await parkWithin('4')).toBe('parked');
      expect(await claim('b')).toEqual(['2', '3', '4']);
    });

    test('of many who park at once, those for whom there is room are parked', async () => {
      const bounds = { maxLength: 5 };
      const calls = Array.from({ length: 10 }, (_, index) => it.store.list.park([`${index}`], bounds));
      const answers = (await Promise.all(calls)).map(value);
      expect(answers.filter((answer) => answer === 'parked')).toHaveLength(5);
      const parked = answers.flatMap((answer, index) => (answer === 'parked' ? [`${index}`] : []));
      expect((await claim('a')).toSorted()).toEqual(parked);
    });

    test('past its bytes the list is full, to the byte, and what leaves it makes room', async () => {
      const bounds = { maxBytes: 10 };
      const parkWithin = async (...entries: string[]) => value(await it.store.list.park(entries, bounds));
      expect(await parkWithin('üüü', 'abc')).toBe('parked');
      expect(await parkWithin('12')).toBe('full');
      expect(await parkWithin('1')).toBe('parked');
      expect(await parkWithin()).toBe('full');
      await claim('a', 2);
      expect(await parkWithin('1')).toBe('full');
      await settle('a', RETURN, DEAD);
      expect(await parkWithin('1234')).toBe('full');
      expect(await parkWithin('123')).toBe('parked');
      await claim('b');
      await settle('b', DONE, DEFER, DONE);
      expect(await parkWithin('0123456789')).toBe('full');
      expect(await parkWithin('012345678')).toBe('parked');
    });

    test('bytes are known of what was parked before there was a limit', async () => {
      await park('12345', '12345');
      await claim('a', 1);
      expect(value(await it.store.list.park(['1'], { maxBytes: 10 }))).toBe('full');
      expect(value(await it.store.list.park(['1'], { maxBytes: 11 }))).toBe('parked');
      await park('123');
      expect(value(await it.store.list.park(['1'], { maxBytes: 14 }))).toBe('full');
      await settle('a', DONE);
      expect(value(await it.store.list.park(['123456'], { maxBytes: 15 }))).toBe('parked');
    });

    const letters = async (after?: string, limit = 100) =>
      value(await it.store.list.deadLetters({ after, limit }));
    const kill = async (...entries: string[]) => {
      await park(...entries);
      await claim('kill', entries.length);
      await settle('kill', ...entries.map((entry): Verdict => ({ kind: 'dead', reason: `Bad ${entry}` })));
    };

    test('a dead letter tells the entry, the error, the attempts and when; oldest first, page by page', async () => {
      await kill('1', '"\u0000ü😀');
      await kill('3');
      const all = await letters();
      expect(all).toMatchObject([
        { entry: '1', reason: 'Bad 1', attempts: 1 },
        { entry: '"\u0000ü😀' },
        { entry: '3' },
      ]);
      expect(all[0]?.at).toBeGreaterThan(1_500_000_000_000);
      expect(await letters(undefined, 2)).toEqual(all.slice(0, 2));
      expect(await letters(all[1]?.id, 2)).toEqual(all.slice(2));
      expect(await letters(all[2]?.id)).toEqual([]);
    });

    test('dead letters are requeued at the tail, some or all, each once', async () => {
      await kill('1', '2', '3', '4');
      await park('first');
      const [one, two] = await letters();
      const ids = [two?.id ?? '', 'no such id', '0'];
      expect(value(await it.store.list.requeue(ids))).toBe(1);
      expect(value(await it.store.list.requeue(ids))).toBe(0);
      expect((await letters()).map(({ entry }) => entry)).toEqual(['1', '3', '4']);
      expect(value(await it.store.list.requeue('all'))).toBe(3);
      expect(await claim('b')).toEqual(['first', '2', '1', '3', '4']);
      expect(await letters()).toEqual([]);
      expect(value(await it.store.list.requeue([one?.id ?? '']))).toBe(0);
    });

    test('what is requeued is parked now: its age begins anew, and nothing else of it changes', async () => {
      const rest = '"headers":{"parkedAt":"1"},"value":{"parkedAt":1,"n":1.10}}';
      await kill(`{"parkedAt":1000,${rest}`, `{${rest}`);
      value(await it.store.list.requeue('all'));
      const [renewed = '', asItWas = ''] = await claim('b');
      expect(renewed).toMatch(/^\{"parkedAt":1\d{12},/);
      expect(renewed).toEndWith(`,${rest}`);
      expect(asItWas).toBe(`{${rest}`);
    });

    test('dead letters are deleted, some or all, and nothing else is', async () => {
      await kill('1', '2', '3');
      await park('waits');
      const [, two] = await letters();
      expect(value(await it.store.list.discard([two?.id ?? '']))).toBe(1);
      expect(await backlog()).toEqual({ waiting: 1, claimed: 0, dead: 2 });
      expect(value(await it.store.list.discard('all'))).toBe(2);
      expect(value(await it.store.list.discard('all'))).toBe(0);
      expect(await backlog()).toEqual({ waiting: 1, claimed: 0, dead: 0 });
    });

    test('thousands of dead letters are requeued in their order, and count for the bounds', async () => {
      const entries = Array.from({ length: 1200 }, (_, index) => `entry-${index}`);
      await kill(...entries);
      value(await it.store.list.park(['waits'], { maxBytes: 1_000_000 }));
      expect(value(await it.store.list.requeue('all'))).toBe(1200);
      const bytes = ['waits', ...entries].join('').length;
      expect(value(await it.store.list.park(['12'], { maxBytes: bytes + 1 }))).toBe('full');
      expect(value(await it.store.list.park(['12'], { maxBytes: bytes + 2 }))).toBe('parked');
      expect(await claim('all', 2000)).toEqual(['waits', ...entries, '12']);
    });

    const dieWith = async (count: number, times: number) => {
      for (let round = 0; round < times; round++) {
        await claim('dies', count, 1_000_000, 1);
        await it.wait(5);
        await reap();
      }
    };

    test('what workers die with again and again becomes a dead letter, and its neighbours do not', async () => {
      await park('poison', 'good', 'fine');
      await dieWith(3, ALONE_AFTER);
      expect(await claim('alone')).toEqual(['poison']);
      await settle('alone', RETURN);
      await dieWith(3, MAX_ATTEMPTS - ALONE_AFTER);
      expect(await letters()).toMatchObject([{ entry: 'poison', reason: POISON, attempts: MAX_ATTEMPTS }]);
      expect(await claim('b')).toEqual(['good']);
      expect(await claim('c')).toEqual(['fine']);
    });

    test('attempts are forgotten once an entry has left or was deferred, not when it returned', async () => {
      await park('1');
      await dieWith(1, 4);
      await claim('a');
      await settle('a', RETURN);
      await claim('b');
      await settle('b', DEAD);
      expect(await letters()).toMatchObject([{ attempts: 5 }]);
      await park('1');
      await dieWith(1, 4);
      await claim('c');
      await settle('c', DEFER);
      await claim('d');
      await settle('d', DEAD);
      expect((await letters())[1]).toMatchObject({ attempts: 1 });
    });

    test('it says what it guarantees, as far as it can', async () => {
      const status = it.durability ?? 'durable';
      expect(value(await it.store.durability())).toMatchObject({ status, warnings: [] });
    });

    test('it is up', async () => {
      expect(await it.store.probe()).toEqual({ kind: 'up' });
    });
  });
}
