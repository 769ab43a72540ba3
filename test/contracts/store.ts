import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { sharedStateContract } from './shared-state.ts';
import { boundsContract } from './bounds.ts';
import { clockContract } from './clock.ts';
import { deadLettersContract } from './dead-letters.ts';
import { doubtsContract } from './doubts.ts';
import { gateContract } from './gate.ts';
import { listContract } from './list.ts';
import { orderContract } from './order.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { value } from './value.ts';

/** Why a store can't say what it guarantees; it can where nothing is named. */
interface StoreLacks {
  readonly durability?: string;
}

/** What every store promises. A test that asks less of a driver, for what it lacks, says why in its name. */
export function storeContract(
  name: string,
  open: () => Promise<StoreUnderTest>,
  lacks: StoreLacks = {},
): void {
  const lessFor = lacks.durability ? ` (no durability: ${lacks.durability})` : '';
  listContract(name, open);
  boundsContract(name, open);
  clockContract(name, open);
  deadLettersContract(name, open);
  orderContract(name, open);
  doubtsContract(name, open);
  gateContract(name, open);
  sharedStateContract(name, open);
  describe(`${name} keeps the store's contract:`, () => {
    let it: StoreUnderTest;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());

    test(`it says what it guarantees, as far as it can${lessFor}`, async () => {
      const status = lacks.durability ? 'unknown' : 'durable';
      expect(value(await it.store.durability())).toMatchObject({ status, warnings: [] });
    });

    test('it is up', async () => {
      expect(await it.store.probe()).toEqual({ kind: 'up' });
    });
  });
}
