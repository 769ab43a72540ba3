import { Buffer } from 'node:buffer';
import type { Message } from './message.ts';

/** What a record holds: a text, bytes, or nothing (a tombstone). */
export type RecordValue = string | Buffer | null;

/** The record's value, decoded from the message's. */
export function recordValue(message: Pick<Message, 'value' | 'encoding'>): RecordValue {
  const text = valueText(message);
  return message.encoding === 'base64' && text !== null ? Buffer.from(text, 'base64') : text;
}

/** The same without decoding base64, which some drivers send on as it is. */
export function valueText({ value, encoding }: Pick<Message, 'value' | 'encoding'>): string | null {
  return encoding === undefined ? value : (JSON.parse(value) as string | null);
}
