import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { boardContract } from './board.ts';
import { boundsContract } from './bounds.ts';
import { deadLettersContract } from './dead-letters.ts';
import { gateContract } from './gate.ts';
import { listContract } from './list.ts';
import { orderContract } from './order.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { value } from './value.ts';

/** What every store promises. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  listContract(name, open);
  boundsContract(name, open);
  deadLettersContract(name, open);
  orderContract(name, open);
  gateContract(name, open);
  boardContract(name, open);
  describe(`${name} keeps the store's contract:`, () => {
    let it: StoreUnderTest;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());

    test('it says what it guarantees, as far as it can', async () => {
      const status = it.durability ?? 'durable';
      expect(value(await it.store.durability())).toMatchObject({ status, warnings: [] });
    });

    test('it is up', async () => {
      expect(await it.store.probe()).toEqual({ kind: 'up' });
    });
  });
}
