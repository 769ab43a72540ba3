import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { LEASE_MS, listVerbs } from './list-verbs.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { value } from './value.ts';

/** What every store promises of the marks of messages that were parked in doubt. */
export function doubtsContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of doubts:`, () => {
    let it: StoreUnderTest;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());
    const { park, claim, settle, reap } = listVerbs(() => it.store.list);
    const resolve = async (token: string, isPublished: boolean) =>
      value(await it.store.list.resolveDoubts([{ token, isPublished }]));
    const doubts = async (...tokens: string[]) => value(await it.store.list.doubts(tokens));

    test('nothing is known of a doubt that was not resolved', async () => {
      expect(await doubts('a', 'b')).toEqual([undefined, undefined]);
    });

    test('many are resolved at once, and told in the order that is asked for', async () => {
      value(
        await it.store.list.resolveDoubts([
          { token: 'a', isPublished: true },
          { token: 'b', isPublished: false },
          { token: 'c', isPublished: true },
        ]),
      );
      expect(await doubts('c', 'x', 'b', 'a')).toEqual([true, undefined, false, true]);
    });

    test('resolving one again changes nothing else', async () => {
      await resolve('a', true);
      await resolve('b', false);
      await resolve('a', true);
      expect(await doubts('a', 'b')).toEqual([true, false]);
    });

    test('a mark stays while its entry is claimed and returned, and goes when the entry leaves the list', async () => {
      await park('1', '2');
      await resolve('a', true);
      await resolve('b', false);
      await claim('x');
      await settle('x', { kind: 'return' }, { kind: 'return' });
      expect(await doubts('a', 'b')).toEqual([true, false]);
      await claim('y');
      await settle('y', { kind: 'done', doubt: 'a' }, { kind: 'dead', reason: 'Bad', doubt: 'b' });
      await it.wait(50);
      expect(await doubts('a', 'b')).toEqual([undefined, undefined]);
    });

    test('a mark stays while the batch of a dead worker comes back', async () => {
      await park('1');
      await claim('x');
      await resolve('a', true);
      await it.wait(2 * LEASE_MS);
      await reap();
      expect(await claim('y')).toEqual(['1']);
      expect(await doubts('a')).toEqual([true]);
      expect(await settle('y', { kind: 'done', doubt: 'a' })).toBe(true);
      expect(await doubts('a')).toEqual([undefined]);
    });

    test('a batch whose lease was lost takes no mark along', async () => {
      await resolve('a', true);
      expect(await settle('never-claimed', { kind: 'done', doubt: 'a' })).toBe(false);
      expect(await doubts('a')).toEqual([true]);
    });
  });
}
