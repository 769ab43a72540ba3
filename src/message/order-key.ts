import { createHash } from 'node:crypto';
import type { Message } from './message.ts';
import { fromEntry } from './entry.ts';

/** Longest order key kept as it is. Longer ones are hashed: they stay in the store while an entry waits. */
const LONGEST = 100;

/** Order key of a message: messages with the same one keep their order. Undefined without a record key. */
export function orderKeyOf({ topic, key }: Pick<Message, 'topic' | 'key'>): string | undefined {
  if (key === null) return undefined;
  // Unambiguous: topic names contain no space.
  const orderKey = `${topic} ${key}`;
  return orderKey.length > LONGEST ? createHash('sha256').update(orderKey).digest('base64url') : orderKey;
}

/** Order key of an entry; undefined if it has none, or is no message. */
export function orderKeyOfEntry(entry: string): string | undefined {
  const message = fromEntry(entry);
  return message && orderKeyOf(message);
}
