import type { StoreReply } from '../../../../ports/store-reply.ts';
import type { Send } from '../scripts/script.ts';

/** Runs a verb by commands to Redis, and converts exceptions to failed replies. Never throws. */
export type Attempt = <T>(
  verb: (send: Send) => Promise<T>,
) => Promise<Extract<StoreReply<T>, { kind: 'done' | 'failed' }>>;
