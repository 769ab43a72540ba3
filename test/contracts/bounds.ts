import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { DEAD, DEFER, DONE, RETURN, listVerbs } from './list-verbs.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { value } from './value.ts';

/** What every store promises of the bounds of its list. */
export function boundsContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of the bounds:`, () => {
    let it: StoreUnderTest;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());

    const { park, settle, backlog, claim } = listVerbs(() => it.store.list);

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
  });
}
