import { Buffer } from 'node:buffer';
import type { FieldError } from '../../../message/field-errors.ts';
import { ID_HEADER } from '../../../message/message.ts';

/** A record of a request, as a message in the form that clients write as JSON, or what is wrong with it. */
export type RecordText =
  | { readonly kind: 'json'; readonly json: string }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

/** How a key or a value is written. */
export type Format = 'JSON' | 'BINARY' | 'STRING';

export type Members = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong with a record, as it is found. */
export class Faults {
  readonly errors: FieldError[] = [];

  add(path: string, message: string): undefined {
    this.errors.push({ path, message });
  }

  /** Names every member that is none of `known`. */
  unknown(members: Members, known: ReadonlySet<string>): void {
    for (const name of Object.keys(members))
      if (!known.has(name)) this.add(name.slice(0, 100), 'Is not a field of a record');
  }
}

/** Base64 with padding (RFC 4648, section 4). */
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of base64 of UTF-8. */
function textOf(base64: unknown, path: string, faults: Faults): string | undefined {
  if (typeof base64 !== 'string' || !BASE64.test(base64))
    return faults.add(path, 'Is not base64 with padding');
  const bytes = Buffer.from(base64, 'base64');
  const text = bytes.toString();
  // Stands for what is no UTF-8, if it is not the text's own.
  if (!text.includes('\uFFFD')) return text;
  try {
    return utf8.decode(bytes);
  } catch {
    return faults.add(path, 'Is not UTF-8, which keys and headers have to be here');
  }
}

/**
 * Key of a record; `text` is its own. JSON is a key's text as a serialiser of JSON writes it: without white space,
 * and a string keeps its quotes, as with Confluent's, so that a key has the same partition as before.
 */
export function keyOf(
  key: unknown,
  format: Format,
  text: string | undefined,
  path: string,
  faults: Faults,
): string | null | undefined {
  if (key === undefined || key === null) return null;
  switch (format) {
    case 'JSON':
      return typeof key === 'string' ? JSON.stringify(key) : withoutSpace(text ?? '');
    case 'STRING':
      return typeof key === 'string' ? key : faults.add(path, 'Must be a string');
    case 'BINARY':
      return textOf(key, path, faults);
  }
}

/** JSON without the white space between its tokens. */
function withoutSpace(json: string): string {
  return json.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}

/** Members `encoding` and `value` of a message, as JSON. `text`: the value's own text. `null` is a tombstone. */
export function valueMembers(value: unknown, text: string, format: Format): string {
  if (value === undefined || value === null) return '"encoding":"text","value":null';
  switch (format) {
    case 'JSON':
      return `"value":${text}`;
    case 'STRING':
      return `"encoding":"text","value":${text}`;
    case 'BINARY':
      return `"encoding":"base64","value":${text}`;
  }
}

/**
 * Members `headers` and `id` of a message. The values of a record's headers are base64. What has come through
 * another Spillway, or is sent again by a client that knows how, has its id in a header.
 */
export function headersAndId(headers: unknown, name: 'key' | 'name', faults: Faults) {
  if (headers === undefined || headers === null) return {};
  const { [ID_HEADER]: id, ...others } = headersOf(headers, name, faults);
  return { headers: others, id };
}

function headersOf(headers: unknown, name: 'key' | 'name', faults: Faults): Record<string, string> {
  const read: [string, string][] = [];
  if (!Array.isArray(headers)) faults.add('headers', 'Must be an array');
  else
    for (const [index, header] of headers.entries()) {
      const path = `headers.${index}`;
      const called: unknown = isObject(header) ? header[name] : undefined;
      if (!isObject(header) || typeof called !== 'string')
        faults.add(path, `Must be an object with ${name} and value`);
      else if (read.some(([other]) => other === called)) faults.add(path, 'Has the name of another one');
      else
        read.push([
          called,
          header['value'] === null ? '' : (textOf(header['value'], `${path}.value`, faults) ?? ''),
        ]);
    }
  return Object.fromEntries(read);
}
