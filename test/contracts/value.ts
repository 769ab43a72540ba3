import type { StoreReply } from '../../src/ports/store-reply.ts';

/** What the store answered; throws where it did not. */
export function value<T>(reply: StoreReply<T>): T {
  if (reply.kind !== 'done') throw new Error(`Not done: ${JSON.stringify(reply)}`);
  return reply.value;
}
