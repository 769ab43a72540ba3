import { createHash } from 'node:crypto';
import type { Message } from './message.ts';
import { fromEntry } from './parse.ts';

/** Longer ones are kept as a hash: they stand in the store for as long as something waits. */
const LONGEST = 100;

/** Names the messages that are kept in order among each other; undefined where there is no key. */
export function orderKeyOf({ topic, key }: Pick<Message, 'topic' | 'key'>): string | undefined {
  if (key === null) return undefined;
  // No topic has a space in its name.
  const orderKey = `${topic} ${key}`;
  return orderKey.length > LONGEST ? createHash('sha256').update(orderKey).digest('base64url') : orderKey;
}

/** The order key of a parked message; undefined where the entry is none. */
export function orderKeyOfEntry(entry: string): string | undefined {
  const message = fromEntry(entry);
  return message && orderKeyOf(message);
}
