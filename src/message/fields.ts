import * as z from 'zod';
import { shorten } from '../common/shorten.ts';
import { memberTexts } from './json-spans.ts';
import type { Message } from './message.ts';

export interface FieldError {
  /** Path of the field, as in `headers.trace`; empty for the message as a whole. */
  readonly path: string;
  readonly message: string;
}

/** Why a text is not a message. */
export type NotFields =
  | { readonly kind: 'not-json' }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

/** Well-formed Unicode. A lone surrogate has no UTF-8 form: Kafka would hold another string. */
const text = z.string().refine((value) => value.isWellFormed(), 'Has a lone surrogate: not valid Unicode');

const MAX_HEADERS = 1000;
/** Limit of the errors in an answer. */
const MAX_ERRORS = 20;

/** Schema of a message as a client writes it. */
export const Fields = z.strictObject({
  value: z.unknown().optional(),
  topic: z.string().optional(),
  key: text.nullish(),
  headers: z
    .record(text.min(1), text)
    .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `Has more than ${MAX_HEADERS}`)
    .optional(),
  id: text
    .min(1)
    .max(255)
    // oxlint-disable-next-line no-control-regex -- control characters are what it is to find
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'Has a control character')
    .regex(/^(?!\.{1,2}$)/, 'Must not be . or ..')
    .optional(),
  timestamp: z.int().nonnegative().optional(),
});

export type Fields = z.infer<typeof Fields>;

/**
 * Parses a message and validates its members. `schema` is `Fields` or an extension of it. Answers at most
 * `MAX_ERRORS` errors and the number of the rest.
 */
export function readFields<T extends Fields>(json: string, schema: z.ZodType<T>): T | NotFields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return { kind: 'not-json' };
  }
  const errors = nameErrors(parsed);
  const fields = schema.safeParse(parsed);
  if (fields.error) errors.push(...fields.error.issues.flatMap(toErrors));
  if (!fields.data || errors.length > 0) return { kind: 'invalid', errors: firstOf(errors) };
  return fields.data;
}

function firstOf(errors: FieldError[]): FieldError[] {
  const more = errors.length - MAX_ERRORS;
  if (more <= 0) return errors;
  return [...errors.slice(0, MAX_ERRORS), { path: '', message: `Has ${more} more invalid fields` }];
}

/** Errors that zod does not report: a missing value, and a header name that its records drop. */
function nameErrors(parsed: unknown): FieldError[] {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return [];
  const errors: FieldError[] = [];
  if (!Object.hasOwn(parsed, 'value')) errors.push({ path: 'value', message: 'Is required: any JSON' });
  const headers: unknown = Object.getOwnPropertyDescriptor(parsed, 'headers')?.value;
  if (typeof headers === 'object' && headers !== null && Object.hasOwn(headers, '__proto__'))
    errors.push({ path: 'headers.__proto__', message: 'Is not a valid name for a header' });
  return errors;
}

function toErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: shorten([...issue.path, key].join('.')),
      message: 'Is not a field of a message',
    }));
  return [{ path: shorten(issue.path.join('.')), message: issue.message }];
}

/** Builds a complete message. Its value is cut out of `json` as written. */
export function toMessage(
  json: string,
  { key = null, headers = {} }: Fields,
  own: Pick<Message, 'id' | 'topic' | 'timestamp' | 'undated'>,
): Message {
  return { ...own, key, headers, value: memberTexts(json).get('value') ?? 'null' };
}
