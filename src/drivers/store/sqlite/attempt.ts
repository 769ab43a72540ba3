import { errorMessage } from '../../../common/error-message.ts';
import type { StoreReply } from '../../../ports/store-reply.ts';
import type { Database } from '../../database.ts';

/** Runs a verb in one transaction, and converts exceptions to failed replies. */
export function attempt<T>(database: Database, verb: () => T): Promise<StoreReply<T>> {
  try {
    return Promise.resolve({ kind: 'done', value: database.transaction(verb) });
  } catch (error) {
    const reason = errorMessage(error);
    return Promise.resolve({ kind: 'failed', reason: `The embedded store failed: ${reason}` });
  }
}
