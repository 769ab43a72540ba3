import { elementTexts } from '../../../message/json-spans.ts';
import { type Attributes, attributeErrors, messageId, recordKey } from './attributes.ts';
import type { EventMessage } from './event-message.ts';

/** Media types of events in the JSON format, one and several (HTTP binding, sections 3.2 and 3.3). */
export const STRUCTURED = 'application/cloudevents+json';
export const BATCHED = 'application/cloudevents-batch+json';

const HEADERS = { 'content-type': `${STRUCTURED}; charset=UTF-8` };
/** Base64 with padding (RFC 4648, section 4). */
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

/** Message of an event in the JSON format: the value of the record is the event's text, digit for digit. */
export function structuredEvent(text: string, topic: string | undefined): EventMessage {
  const event = parseObject(text);
  if (!event) return { kind: 'not-json' };
  const { data, data_base64: base64, ...attributes } = event;
  const errors = attributeErrors(attributes);
  if (base64 !== undefined && base64 !== null) {
    if (data !== undefined)
      errors.push({ path: 'data', message: 'Stands beside data_base64: send one of them' });
    if (typeof base64 !== 'string' || !BASE64.test(base64))
      errors.push({ path: 'data_base64', message: 'Is not base64 with padding' });
  }
  if (errors.length > 0) return { kind: 'invalid', errors };
  const fields = JSON.stringify({
    id: messageId(attributes),
    topic,
    key: recordKey(attributes),
    headers: HEADERS,
  });
  return { kind: 'json', json: `${fields.slice(0, -1)},"value":${text}}` };
}

/** The texts of the events of a batch; undefined for a text that is no JSON array. */
export function batchedEvents(text: string): string[] | undefined {
  try {
    return Array.isArray(JSON.parse(text)) ? elementTexts(text) : undefined;
  } catch {
    return undefined;
  }
}

function parseObject(text: string): Attributes | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Attributes)
      : undefined;
  } catch {
    return undefined;
  }
}
