import type { Message } from '../../../message/message.ts';
import { valueText } from '../../../message/record-value.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Parses JSON; undefined if the text is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value as an object; an empty one if it is anything else. */
export function membersOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** Whether a value can be a partition or an offset: a proxy may answer -1, or null. */
export function isPlace(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Splits concatenated JSON objects into their texts, in one pass. An incomplete one at the end is left out. */
export function splitObjects(text: string): string[] {
  const objects: string[] = [];
  let isInString = false;
  let depth = 0;
  let began = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    // An escaped quote ends no string, and a brace in a string does not count.
    if (isInString && char === '\\') at++;
    else if (char === '"') isInString = !isInString;
    else if (isInString) continue;
    else if (char === '{' && depth++ === 0) began = at;
    else if (char === '}' && --depth === 0) objects.push(text.slice(began, at + 1));
  }
  return objects;
}

/** Base64 of the record's value; null for a record without one. */
export function valueBase64(message: Pick<Message, 'value' | 'encoding'>): string | null {
  const text = valueText(message);
  return text === null || message.encoding === 'base64' ? text : base64(text);
}

const encoder = new TextEncoder();
/** Chunk size: a call with many more arguments overflows the stack. */
const CHUNK_BYTES = 32_768;

/** Base64 (RFC 4648, with padding) of a text's UTF-8 form. Uses web standards only, for edge runtimes. */
export function base64(text: string): string {
  const bytes = encoder.encode(text);
  // ASCII alone: every character is one byte.
  if (bytes.length === text.length) return btoa(text);
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES));
  return btoa(binary);
}
