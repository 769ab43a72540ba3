import { elementTexts, memberText } from '../../../message/json-spans.ts';
import {
  Faults,
  type Format,
  headersAndId,
  isObject,
  keyOf,
  type RecordText,
  valueMembers,
} from './record.ts';

/** Records of a request of API v2, or why it has none. */
export type V2Request =
  | { readonly kind: 'records'; readonly records: readonly RecordText[] }
  | { readonly kind: 'not-json' | 'no-records' };

/** What a request says of all its records. */
export interface V2Target {
  readonly topic: string;
  readonly format: Exclude<Format, 'STRING'>;
  /** Partition in the path. */
  readonly partition: number | undefined;
}

const KNOWN = new Set(['key', 'value', 'partition', 'headers', 'timestamp']);

/**
 * Decodes `{"records": [{"key", "value", "partition"}]}` (API v2 of Confluent's REST Proxy), and the members
 * `headers` and `timestamp` of Strimzi's bridge.
 */
export function decodeV2(text: string, target: V2Target): V2Request {
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch {
    return { kind: 'not-json' };
  }
  const records: unknown = isObject(request) ? request['records'] : undefined;
  if (!Array.isArray(records) || records.length === 0) return { kind: 'no-records' };
  const texts = elementTexts(memberText(text, 'records') ?? '[]');
  return {
    kind: 'records',
    records: records.map((record, index) => decodeRecord(record, texts[index] ?? '', target)),
  };
}

function decodeRecord(record: unknown, text: string, { topic, format, partition }: V2Target): RecordText {
  const faults = new Faults();
  if (!isObject(record)) return { kind: 'invalid', errors: [{ path: '', message: 'Must be an object' }] };
  faults.unknown(record, KNOWN);
  const own: unknown = record['partition'] ?? undefined;
  if (partition !== undefined && own !== undefined) faults.add('partition', 'Is in the path already');
  // A string needs no text.
  const keyText = typeof record['key'] === 'string' ? undefined : memberText(text, 'key');
  const fields = JSON.stringify({
    topic,
    key: keyOf(record['key'], format, keyText, 'key', faults),
    ...headersAndId(record['headers'], 'key', faults),
    partition: partition ?? own,
    timestamp: record['timestamp'] ?? undefined,
  });
  if (faults.errors.length > 0) return { kind: 'invalid', errors: faults.errors };
  const value = valueMembers(record['value'], memberText(text, 'value') ?? 'null', format);
  return { kind: 'json', json: `${fields.slice(0, -1)},${value}}` };
}
