import { elementTexts, memberText } from '../../../message/json-spans.ts';
import {
  Faults,
  type Format,
  headersAndId,
  isObject,
  keyOf,
  type Members,
  type RecordText,
  valueMembers,
} from './record.ts';

const FORMATS: readonly Format[] = ['BINARY', 'JSON', 'STRING'];
const KNOWN = new Set(['partition_id', 'headers', 'key', 'value', 'timestamp']);

/** Record of API v3, and what its answer repeats of it. */
export type V3Record = RecordText & { readonly key?: Data | undefined; readonly value?: Data | undefined };

interface Data {
  readonly type: Format;
  /** In bytes. */
  readonly size: number;
}

/**
 * Decodes one record of Confluent's REST API v3: `{"partition_id", "headers", "key", "value", "timestamp"}`.
 * Undefined for a text that is no JSON object.
 */
export function decodeV3(text: string, topic: string): V3Record | undefined {
  try {
    const record: unknown = JSON.parse(text);
    return isObject(record) ? decodeRecord(record, text, topic, KNOWN) : undefined;
  } catch {
    return undefined;
  }
}

/** An entry of a batch, with the id that its answer repeats. */
interface V3Entry {
  readonly id: string;
  readonly record: V3Record;
}

export type V3Batch =
  | { readonly kind: 'entries'; readonly entries: readonly V3Entry[] }
  | { readonly kind: 'not-json' | 'no-entries' | 'no-ids' | 'same-ids' };

const KNOWN_IN_BATCH = new Set([...KNOWN, 'id']);
const ID = /^[\w-]{1,80}$/;

/** Decodes `{"entries": [{"id", …}]}`, each with the members of a record. */
export function decodeV3Batch(text: string, topic: string): V3Batch {
  let batch: unknown;
  try {
    batch = JSON.parse(text);
  } catch {
    return { kind: 'not-json' };
  }
  const entries: unknown = isObject(batch) ? batch['entries'] : undefined;
  if (!Array.isArray(entries) || entries.length === 0) return { kind: 'no-entries' };
  const ids = entries.map((entry: unknown) => (isObject(entry) ? entry['id'] : undefined));
  if (!ids.every((id): id is string => typeof id === 'string' && ID.test(id))) return { kind: 'no-ids' };
  if (new Set(ids).size < ids.length) return { kind: 'same-ids' };
  const texts = elementTexts(memberText(text, 'entries') ?? '[]');
  const decoded = entries.map((entry: Members, index): V3Entry => {
    const record = decodeRecord(entry, texts[index] ?? '', topic, KNOWN_IN_BATCH);
    return { id: ids[index] ?? '', record };
  });
  return { kind: 'entries', entries: decoded };
}

function decodeRecord(record: Members, text: string, topic: string, known: ReadonlySet<string>): V3Record {
  const faults = new Faults();
  faults.unknown(record, known);
  const key = dataOf(record['key'], 'key', faults);
  const value = dataOf(record['value'], 'value', faults);
  const keyText = key && keyOf(key.data, key.format, dataText(text, 'key'), 'key.data', faults);
  const fields = JSON.stringify({
    topic,
    key: keyText,
    ...headersAndId(record['headers'], 'name', faults),
    partition: record['partition_id'] ?? undefined,
    timestamp: timeOf(record['timestamp'], faults),
  });
  if (faults.errors.length > 0) return { kind: 'invalid', errors: faults.errors };
  const valueText = dataText(text, 'value') ?? 'null';
  const members = valueMembers(value?.data, valueText, value?.format ?? 'BINARY');
  const sizes = {
    key:
      key && typeof keyText === 'string' ? { type: key.format, size: Buffer.byteLength(keyText) } : undefined,
    value: value && sizeOf(value.data, value.format, valueText),
  };
  return { kind: 'json', json: `${fields.slice(0, -1)},${members}}`, ...sizes };
}

function dataOf(data: unknown, path: string, faults: Faults) {
  if (data === undefined || data === null) return undefined;
  if (!isObject(data)) return faults.add(path, 'Must be an object with type and data');
  const type = data['type'] ?? 'BINARY';
  const format = FORMATS.find((each) => each === type);
  if (!format || 'schema' in data || 'schema_id' in data)
    return faults.add(`${path}.type`, 'Must be BINARY, JSON or STRING: there is no schema registry here');
  return { format, data: data['data'] };
}

/** Milliseconds of a time in the form of RFC 3339. */
function timeOf(time: unknown, faults: Faults): number | undefined {
  if (time === undefined || time === null) return undefined;
  const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? faults.add('timestamp', 'Must be a time as in RFC 3339') : ms;
}

/** The text of `data` in a member. */
function dataText(record: string, member: string): string | undefined {
  const text = memberText(record, member);
  return text?.startsWith('{') ? memberText(text, 'data') : undefined;
}

/** Bytes that are written; undefined for a record without a value. */
function sizeOf(data: unknown, type: Format, text: string): Data | undefined {
  if (data === undefined || data === null) return undefined;
  if (type === 'JSON' || typeof data !== 'string') return { type, size: Buffer.byteLength(text) };
  return { type, size: Buffer.byteLength(data, type === 'BINARY' ? 'base64' : 'utf8') };
}
