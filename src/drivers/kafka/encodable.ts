import type { Message } from '../../accept/message.ts';
import type { PublishResult } from '../../ports/publisher.ts';

/** What becomes of a message that no driver can encode. */
export const NOT_ENCODABLE = {
  kind: 'rejected',
  cause: 'invalid',
  reason: 'The message has a part that is not text',
} as const satisfies PublishResult;

/**
 * Whether every part of a message is the text that its type says. What is parked may be anything, and
 * encoders throw at it, for the whole batch, or write something else in its place.
 */
export function isEncodable({ key, value, headers }: Message): boolean {
  for (const name in headers) if (typeof headers[name] !== 'string') return false;
  return typeof value === 'string' && (key === null || typeof key === 'string');
}
