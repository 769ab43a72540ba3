import type { Message } from '../../../accept/message.ts';
import { base64 } from './base64.ts';
import type { Ask, Item } from './dialect.ts';
import { readJavaError } from './java-errors.ts';
import { isPlace, membersOf, parse } from './json.ts';

const BINARY = 'application/vnd.kafka.binary.v2+json';
const JSON_V2 = 'application/vnd.kafka.v2+json';

/** A record with nothing but what all proxies of the v2 family know. A member that is null is not for all of them. */
export function recordOf({ key, value }: Message, partition?: number) {
  return {
    ...(key === null ? {} : { key: base64(key) }),
    value: base64(value),
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

/** The members of `offsets`; undefined where the text has none. */
export function offsetsOf(text: string): readonly unknown[] | undefined {
  const { offsets } = membersOf(parse(text));
  return Array.isArray(offsets) ? offsets : undefined;
}

/** Of a proxy in Java: one member for each record, in order. With another number of them none can be told apart. */
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
