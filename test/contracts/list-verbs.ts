import { ALONE_AFTER, POISON_RULE } from '../../src/backfill/poison.ts';
import type { Settlement } from '../../src/ports/fallback-list.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { value } from './value.ts';

export const LEASE_MS = 300;
export const DONE: Settlement = { kind: 'done' };
export const RETURN: Settlement = { kind: 'return' };
export const DEFER: Settlement = { kind: 'defer' };
export const DEAD: Settlement = { kind: 'dead', reason: 'Broken' };

/** The verbs of a list, as its tests say them. Each throws where the store does not answer. */
export function listVerbs(list: () => StoreUnderTest['store']['list']) {
  return {
    park: async (...entries: string[]) => value(await list().park(entries)),
    settle: async (batch: string, ...verdicts: Settlement[]) => value(await list().settle(batch, verdicts)),
    reap: async () => value(await list().reap(POISON_RULE)),
    backlog: async () => value(await list().backlog()),
    claim: async (batch: string, maxCount = 100, maxBytes = 1_000_000, leaseMs = LEASE_MS) =>
      value(await list().claim({ batch, maxCount, maxBytes, leaseMs, aloneAfter: ALONE_AFTER })),
  };
}
