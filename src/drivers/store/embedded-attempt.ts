import type { DatabaseSync } from 'node:sqlite';
import type { StoreReply } from '../../ports/store-reply.ts';
import { transaction } from '../sqlite.ts';

/** Runs a verb in one transaction, and makes an answer of whatever is thrown. */
export function attempt<T>(database: DatabaseSync, verb: () => T): Promise<StoreReply<T>> {
  try {
    return Promise.resolve({ kind: 'done', value: transaction(database, verb) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    return Promise.resolve({ kind: 'failed', reason: `The embedded store failed: ${reason}` });
  }
}
