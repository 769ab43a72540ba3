import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { LONGEST_LEASE_MS } from '../../src/backfill/poison.ts';
import type { Ask } from '../../src/ports/gate.ts';
import { DONE, listVerbs } from './list-verbs.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { value } from './value.ts';

const HOUR_MS = 3_600_000;
const WINDOW_MS = 1000;
const LIMIT = { client: '192.0.2.1', max: 2, windowMs: WINDOW_MS };
const LIMITED: Ask = { limit: LIMIT };

const hold = (nonce: string): Ask => ({ hold: { id: 'a', nonce, ms: 500 } });

/** What every store promises when its clock is set back: nothing lasts longer than it may. */
export function clockContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of a clock that is set back:`, () => {
    let it: StoreUnderTest;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());

    const { park, settle, reap, claim } = listVerbs(() => it.store.list);
    const admit = async (ask: Ask) => value(await it.store.gate.admit([ask]))[0];

    test('a client is limited for no longer than the window', async () => {
      await admit(LIMITED);
      await admit(LIMITED);
      await it.setBack(HOUR_MS);
      expect(await admit(LIMITED)).toMatchObject({
        kind: 'limited',
        retryInMs: WINDOW_MS / LIMIT.max,
        quota: { left: 0, resetInMs: WINDOW_MS },
      });
      await it.wait(WINDOW_MS + 50);
      expect(await admit(LIMITED)).toMatchObject({ kind: 'admitted', quota: { left: 1 } });
    });

    test('a client who has not used up its share is let in within the window', async () => {
      await admit(LIMITED);
      await it.setBack(HOUR_MS);
      await admit(LIMITED);
      await it.wait(WINDOW_MS + 50);
      expect(await admit(LIMITED)).toMatchObject({ kind: 'admitted', quota: { left: 1 } });
    });

    test('an id is held for no longer than a hold lasts', async () => {
      await admit(hold('1'));
      await it.setBack(HOUR_MS);
      expect(await admit(hold('2'))).toEqual({ kind: 'in-flight' });
      await it.wait(600);
      expect(await admit(hold('3'))).toEqual({ kind: 'admitted' });
    });

    test('a dead worker holds its entries for no longer than a lease', async () => {
      await park('1', '2');
      await claim('dead', 1);
      await it.setBack(HOUR_MS);
      expect(await reap()).toEqual({ returned: 0, dead: 0 });
      await claim('alive', 1, 1_000_000, 2 * LONGEST_LEASE_MS);
      await it.store.list.renew('alive', 2 * LONGEST_LEASE_MS);
      await it.skip(LONGEST_LEASE_MS + 50);
      expect(await reap()).toEqual({ returned: 1, dead: 0 });
      expect(await settle('alive', DONE)).toBe(true);
      expect(await claim('next')).toEqual(['1']);
    });
  });
}
