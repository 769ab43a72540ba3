import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { ALONE_AFTER, POISON_RULE } from '../../src/backfill/poison.ts';
import type { Settlement } from '../../src/ports/fallback-list.ts';
import { DEAD, DEFER, RETURN, listVerbs } from './list-verbs.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { value } from './value.ts';

/** What every store promises of dead letters. */
export function deadLettersContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of dead letters:`, () => {
    let it: StoreUnderTest;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());

    const { park, settle, reap, backlog, claim } = listVerbs(() => it.store.list);

    const letters = async (after?: string, limit = 100) =>
      value(await it.store.list.deadLetters({ after, limit }));
    const kill = async (...entries: string[]) => {
      await park(...entries);
      await claim('kill', entries.length);
      await settle('kill', ...entries.map((entry): Settlement => ({ kind: 'dead', reason: `Bad ${entry}` })));
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
      await dieWith(3, POISON_RULE.maxAttempts - ALONE_AFTER);
      expect(await letters()).toMatchObject([
        { entry: 'poison', reason: POISON_RULE.reason, attempts: POISON_RULE.maxAttempts },
      ]);
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
  });
}
