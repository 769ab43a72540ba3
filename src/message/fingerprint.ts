import { createHash } from 'node:crypto';
import type { Message } from './message.ts';

/** Headers that come from the request, and differ between two attempts. */
const TRACE = new Set(['traceparent', 'tracestate']);
/** Enough of SHA-256, in base64url, that no two contents of an id share it: 132 bits. */
const LENGTH = 22;

/**
 * Digest of what a client said of a message apart from its id, by which a repeat is told from another message
 * with the same id.
 */
export function fingerprintOf(message: Message): string {
  const { topic, key, headers, value, encoding, partition, timestamp, undated } = message;
  const own = Object.entries(headers)
    .filter(([name]) => !TRACE.has(name))
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  const content = [topic, key, own, encoding ?? null, partition ?? null, value, undated ? null : timestamp];
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, LENGTH);
}
