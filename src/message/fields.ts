import * as z from 'zod';
import { type FieldError, firstErrors, toErrors } from './field-errors.ts';
import { memberText } from './json-spans.ts';
import { ENCODINGS, type Message } from './message.ts';

/** Why a text is not a message. */
export type NotFields =
  | { readonly kind: 'not-json' }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

/** Well-formed Unicode. A lone surrogate has no UTF-8 form: Kafka would hold another string. */
const LONE_SURROGATE = 'Has a lone surrogate: not valid Unicode';
const text = z.string().refine((value) => value.isWellFormed(), LONE_SURROGATE);

const MAX_HEADERS = 1000;
/** Kafka numbers partitions by signed integers of 32 bits. */
const MAX_PARTITION = 2_147_483_647;
/** Arrays and objects that may stand in one another: parsers of consumers have their limits. */
export const MAX_DEPTH = 1000;

/** Schema of a message as a client writes it. */
export const Fields = z.strictObject({
  value: z.unknown().optional().describe('Any JSON. It reaches Kafka as the text that was sent'),
  topic: z.string().optional().describe('Topic of Kafka. By default KAFKA_TOPIC'),
  key: text.nullish().describe('Key of the record, which decides its partition'),
  headers: z
    .record(text.min(1), text)
    .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `Has more than ${MAX_HEADERS}`)
    .optional()
    .describe('Headers of the record'),
  id: text
    .min(1)
    .max(255)
    // oxlint-disable-next-line no-control-regex -- control characters are what it is to find
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'Has a control character')
    .regex(/^(?!\.{1,2}$)/, 'Must not be . or ..')
    .optional()
    .describe('Name of the message, by which a repeat is recognised. By default a random UUID'),
  timestamp: z
    .int()
    .nonnegative()
    .optional()
    .describe('Milliseconds since 1970. By default the time of acceptance'),
  partition: z
    .int()
    .nonnegative()
    .max(MAX_PARTITION)
    .optional()
    .describe('Partition of the record. By default the key decides'),
  encoding: z
    .enum(ENCODINGS, `Must be one of ${ENCODINGS.join(', ')}`)
    .optional()
    .describe('What `value` stands for. With text and base64 it is a string, or null for no value'),
});

export type Fields = z.infer<typeof Fields>;

/**
 * Parses a message and validates its members. `schema` is `Fields` or an extension of it. Answers the
 * first errors, and the number of the rest.
 */
export function readFields<T extends Fields>(json: string, schema: z.ZodType<T>): T | NotFields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return { kind: 'not-json' };
  }
  if (isPlain(parsed)) return parsed as T;
  const errors = isObject(parsed) ? [...nameErrors(parsed), ...valueErrors(parsed)] : [];
  const fields = schema.safeParse(parsed);
  if (fields.error) errors.push(...fields.error.issues.flatMap(toErrors));
  if (!fields.data || errors.length > 0) return { kind: 'invalid', errors: firstErrors(errors) };
  return fields.data;
}

/** Whether a message has a value, perhaps a key, a topic and an encoding, and nothing else: it needs no schema. */
function isPlain(parsed: unknown): boolean {
  if (!isObject(parsed)) return false;
  let hasValue = false;
  for (const name of Object.keys(parsed)) {
    const member = parsed[name];
    if (name === 'value') hasValue = true;
    else if (name === 'topic') {
      if (typeof member !== 'string') return false;
    } else if (name === 'encoding') {
      if (!isEncoding(member) || valueErrors(parsed).length > 0) return false;
    } else if (name !== 'key' || typeof member !== 'string' || !member.isWellFormed()) return false;
  }
  return hasValue;
}

const isEncoding = (name: unknown) => ENCODINGS.some((encoding) => encoding === name);

function isObject(parsed: unknown): parsed is Readonly<Record<string, unknown>> {
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
}

/** Errors that zod does not report: a missing value, and a header name that its records drop. */
function nameErrors(parsed: Readonly<Record<string, unknown>>): FieldError[] {
  const errors: FieldError[] = [];
  if (!Object.hasOwn(parsed, 'value')) errors.push({ path: 'value', message: 'Is required: any JSON' });
  const headers: unknown = Object.getOwnPropertyDescriptor(parsed, 'headers')?.value;
  if (typeof headers === 'object' && headers !== null && Object.hasOwn(headers, '__proto__'))
    errors.push({ path: 'headers.__proto__', message: 'Is not a valid name for a header' });
  return errors;
}

/** Base64 with padding (RFC 4648, section 4). */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A value that its encoding does not allow. */
function valueErrors({ value, encoding }: Readonly<Record<string, unknown>>): FieldError[] {
  if ((encoding !== 'text' && encoding !== 'base64') || value === null || value === undefined) return [];
  const message = wrongString(value, encoding);
  return message === undefined ? [] : [{ path: 'value', message }];
}

function wrongString(value: unknown, encoding: 'text' | 'base64'): string | undefined {
  if (typeof value !== 'string') return `Must be a string, or null, with the encoding ${encoding}`;
  if (encoding === 'base64') return BASE64.test(value) ? undefined : 'Is not base64 with padding';
  return value.isWellFormed() ? undefined : LONE_SURROGATE;
}

/** Builds a complete message. Its value is cut out of `json` as written. */
export function toMessage(
  json: string,
  { key = null, headers = {}, partition, encoding = 'json' }: Fields,
  own: Pick<Message, 'id' | 'topic' | 'timestamp' | 'undated' | 'owner'>,
): Message {
  const value = memberText(json, 'value') ?? 'null';
  return {
    ...own,
    key,
    headers,
    value,
    ...(partition === undefined ? undefined : { partition }),
    ...(encoding === 'json' ? undefined : { encoding }),
  };
}
