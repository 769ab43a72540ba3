import { createHash } from 'node:crypto';
import type { Message } from './message.ts';

/** Enough of SHA-256, in base64url, that no two ids share it: 132 bits. */
const LENGTH = 22;

/**
 * Key of an id in a store: no client chooses its characters or its length, and ids of different API keys
 * never meet.
 */
export function idKey({ id, owner }: Pick<Message, 'id' | 'owner'>): string {
  const identity = owner === undefined ? [id] : [id, owner];
  return createHash('sha256').update(JSON.stringify(identity)).digest('base64url').slice(0, LENGTH);
}
