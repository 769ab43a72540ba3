import type { Message } from '../../message/message.ts';
import type { PublishResult } from '../../ports/publisher.ts';

/** Result for a message that no driver can encode. */
export const NOT_ENCODABLE = {
  kind: 'rejected',
  cause: 'invalid',
  reason: 'The message has a part that is not text',
} as const satisfies PublishResult;

/**
 * Runtime check of a message's types. A parked entry may hold anything, and encoders throw at it, for the
 * whole batch, or write something else in its place.
 */
export function isEncodable({ key, value, headers }: Message): boolean {
  for (const name in headers) if (typeof headers[name] !== 'string') return false;
  return typeof value === 'string' && (key === null || typeof key === 'string');
}
