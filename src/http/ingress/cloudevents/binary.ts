import { Buffer } from 'node:buffer';
import type { FieldError } from '../../../message/field-errors.ts';
import { attributeErrors, messageId, recordKey } from './attributes.ts';
import type { EventMessage } from './event-message.ts';

/** Event whose attributes are headers of the request, and whose data is the body. */
export interface BinaryEvent {
  /** All headers, with their names in lower case. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  readonly topic: string | undefined;
}

const PREFIX = 'ce-';
const QUOTED = /^"((?:[^"\\]|\\.)*)"$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Message of an event in binary mode (HTTP binding, section 3.1): the attributes become headers of the record,
 * `ce_` before their names, and the body its value, byte for byte (Kafka binding, section 3.2).
 */
export function binaryEvent({ headers, contentType, body, topic }: BinaryEvent): EventMessage {
  const read: [name: string, value: string][] = [];
  const errors: FieldError[] = [];
  for (const [name, value] of headers) {
    if (!name.startsWith(PREFIX)) continue;
    const attribute = name.slice(PREFIX.length);
    const decoded = decodeValue(value);
    if (attribute === 'datacontenttype')
      errors.push({ path: attribute, message: 'Is what Content-Type says' });
    else if (decoded === undefined)
      errors.push({ path: attribute, message: 'Must be ASCII, or percent-encoded UTF-8' });
    else read.push([attribute, decoded]);
  }
  // Not member by member, which would drop `__proto__`.
  const attributes = Object.fromEntries(read);
  errors.push(...attributeErrors(attributes));
  if (errors.length > 0) return { kind: 'invalid', errors };
  const json = JSON.stringify({
    id: messageId(attributes),
    topic,
    key: recordKey(attributes),
    headers: {
      ...Object.fromEntries(read.map(([name, value]) => [`ce_${name}`, value])),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    },
    encoding: 'base64',
    value: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
  });
  return { kind: 'json', json };
}

/** Decodes a header value, quoted or not (HTTP binding, section 3.1.3.2). Undefined for one that is no text. */
function decodeValue(value: string): string | undefined {
  if (!/^[\t -~]*$/.test(value)) return undefined;
  const text = QUOTED.exec(value)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? value;
  if (!text.includes('%')) return text;
  const bytes = text.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}
