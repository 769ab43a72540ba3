import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { DEAD, DEFER, DONE, LEASE_MS, RETURN, listVerbs } from './list-verbs.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { value } from './value.ts';

/** What the fallback list of every store promises. */
export function listContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of the list:`, () => {
    let it: StoreUnderTest;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());

    const { park, settle, reap, backlog, claim } = listVerbs(() => it.store.list);

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
  });
}
