import type { Message } from '../../../message/message.ts';
import { base64, valueBase64, isPlace, membersOf, parse } from './json.ts';
import type { Ask, Item } from './dialect.ts';
import { readJavaError } from './java-errors.ts';

const BINARY = 'application/vnd.kafka.binary.v2+json';
const JSON_V2 = 'application/vnd.kafka.v2+json';

/** A record with only the members that all proxies of the v2 family accept. Not all of them accept null. */
export function recordOf(message: Message, partition?: number) {
  const { key } = message;
  return {
    ...(key === null ? {} : { key: base64(key) }),
    value: valueBase64(message),
    ...(partition === undefined ? {} : { partition }),
  };
}

export function produceV2(topic: string, records: readonly string[]): Ask {
  const body = `{"records":[${records.join(',')}]}`;
  return { ...get(`/topics/${encodeURIComponent(topic)}`), post: { contentType: BINARY, body } };
}

export function get(path: string): Ask {
  return { path, accept: JSON_V2 };
}

/** The `offsets` array; undefined if there is none. */
export function offsetsOf(text: string): readonly unknown[] | undefined {
  const { offsets } = membersOf(parse(text));
  return Array.isArray(offsets) ? offsets : undefined;
}

/**
 * Decodes a response of a Java proxy: one member for each record, in order. With another number of members
 * all records are in doubt.
 */
export function readV2(text: string, count: number): readonly Item[] | undefined {
  const offsets = offsetsOf(text);
  return offsets?.length === count ? offsets.map(readItem) : offsets && Array<Item>(count).fill(undefined);
}

function readItem(item: unknown): Item {
  const { partition, offset, error_code: code, error, message } = membersOf(item);
  if (typeof code === 'number') return readJavaError(code, message ?? error);
  if (!isPlace(partition) || !isPlace(offset)) return undefined;
  return { kind: 'published', partition, offset: String(offset) };
}
