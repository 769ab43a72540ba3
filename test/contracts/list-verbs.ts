import type { Verdict } from '../../src/ports/fallback-list.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { value } from './value.ts';

export const LEASE_MS = 300;
export const DONE: Verdict = { kind: 'done' };
export const RETURN: Verdict = { kind: 'return' };
export const DEFER: Verdict = { kind: 'defer' };
export const DEAD: Verdict = { kind: 'dead', reason: 'Broken' };

/** The verbs of a list, as its tests say them. Each throws where the store does not answer. */
export function listVerbs(list: () => StoreUnderTest['store']['list']) {
  return {
    park: async (...entries: string[]) => value(await list().park(entries)),
    settle: async (batch: string, ...verdicts: Verdict[]) => value(await list().settle(batch, verdicts)),
    reap: async () => value(await list().reap()),
    backlog: async () => value(await list().backlog()),
    claim: async (batch: string, maxCount = 100, maxBytes = 1_000_000, leaseMs = LEASE_MS) =>
      value(await list().claim({ batch, maxCount, maxBytes, leaseMs })),
  };
}
