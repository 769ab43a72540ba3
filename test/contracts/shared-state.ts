import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { StoreUnderTest } from './store-under-test.ts';
import { value } from './value.ts';

/** What the shared state of every store promises. */
export function sharedStateContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of the board:`, () => {
    let it: StoreUnderTest;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());

    const read = async (...names: string[]) => value(await it.store.sharedState.read(names));
    const post = async (what: string, text: string, ttlMs = 60_000) =>
      value(await it.store.sharedState.post(what, text, ttlMs));
    const prolong = async (what: string, ttlMs: number) =>
      value(await it.store.sharedState.prolong(what, ttlMs));

    test('what is posted is read, in the order that is asked for, and replaces what was there', async () => {
      await post('a', 'first');
      await post('a', '{"ü":"second"}');
      await post('b', '1');
      expect(await read('b', 'none', 'a')).toEqual(['1', undefined, '{"ü":"second"}']);
    });

    test('what is removed is gone, and so is what was never there', async () => {
      await post('a', 'x');
      value(await it.store.sharedState.remove('a'));
      value(await it.store.sharedState.remove('never'));
      expect(await read('a')).toEqual([undefined]);
    });

    test('what is posted goes after its time, unless it is prolonged; what is gone does not come back', async () => {
      await post('short', 'x', 200);
      await post('long', 'x', 200);
      await prolong('long', 60_000);
      await it.wait(250);
      await prolong('short', 60_000);
      expect(await read('short', 'long')).toEqual([undefined, 'x']);
    });
  });
}
