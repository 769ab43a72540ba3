import type { StoreReply } from '../../ports/store-reply.ts';
import type { Send } from './scripts/script.ts';

/** Does something by commands to Redis, and makes an answer of whatever is thrown. Never throws. */
export type Attempt = <T>(
  verb: (send: Send) => Promise<T>,
) => Promise<Extract<StoreReply<T>, { kind: 'done' | 'failed' }>>;
