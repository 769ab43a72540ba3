import * as z from 'zod';
import { memberTexts } from './json-spans.ts';
import { ID_HEADER, type Message } from './message.ts';

export interface FieldError {
  /** As in `headers.trace`; empty for the message as a whole. */
  readonly path: string;
  readonly message: string;
}

export type Parsed =
  /** `named`: the client chose the id. */
  | { readonly kind: 'message'; readonly message: Message; readonly named: boolean }
  | { readonly kind: 'not-json' }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

export interface ParseContext {
  readonly defaultTopic: string;
  readonly topics: ReadonlySet<string>;
  /** Milliseconds since the epoch: the timestamp of a message that names none. */
  readonly now: number;
  newId(): string;
}

/** Kafka refuses records that are further ahead of its clock (`message.timestamp.after.max.ms`). */
const MAX_AHEAD_MS = 3_600_000;

/** A string with a lone surrogate has no UTF-8 form: Kafka would hold another one. */
const text = z.string().refine((value) => value.isWellFormed(), 'Has a lone surrogate: not valid Unicode');

const MAX_HEADERS = 1000;
/** Who got more than this wrong learns enough from the first ones. */
const MAX_ERRORS = 20;

const Fields = z.strictObject({
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
    .regex(/^(?!\.{1,2}$)/, 'Is not a name in a path')
    .optional(),
  timestamp: z.int().nonnegative().optional(),
});

type Fields = z.infer<typeof Fields>;

/** A parked message may say when it was parked. */
const EntryFields = Fields.extend({ parkedAt: z.int().nonnegative().optional() });

/** Checks a message as a client writes it, and completes it. */
export function parseMessage(json: string, context: ParseContext): Parsed {
  const fields = readFields(json, Fields);
  if ('kind' in fields) return fields;
  const topic = fields.topic ?? context.defaultTopic;
  const timestamp = fields.timestamp ?? context.now;
  const errors: FieldError[] = [];
  if (!context.topics.has(topic))
    errors.push({ path: 'topic', message: 'Is not one of the topics that this service takes' });
  if (timestamp > context.now + MAX_AHEAD_MS)
    errors.push({ path: 'timestamp', message: 'Is more than an hour ahead' });
  if (Object.keys(fields.headers ?? {}).some((name) => name.toLowerCase() === ID_HEADER))
    errors.push({ path: `headers.${ID_HEADER}`, message: 'Is set by the service: use `id`' });
  if (errors.length > 0) return { kind: 'invalid', errors };
  return {
    kind: 'message',
    message: toMessage(json, fields, fields.id ?? context.newId(), topic, timestamp),
    named: fields.id !== undefined,
  };
}

/** Stands first, so that it is found, and renewed, without reading the rest. */
const PARKED_AT = /^\{"parkedAt":(\d{1,15}),/;

/**
 * The text of a parked message: the form that clients write, with nothing left out, and when it was
 * parked, in milliseconds since the epoch.
 */
export function toEntry({ value, ...fields }: Message, parkedAt?: number): string {
  return `${JSON.stringify({ parkedAt, ...fields }).slice(0, -1)},"value":${value}}`;
}

/** When an entry was parked; undefined where it does not begin with that: somebody put it there by hand. */
export function parkedAtOf(entry: string): number | undefined {
  const digits = PARKED_AT.exec(entry)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Reads what `toEntry` wrote; undefined if it is anything else. */
export function fromEntry(entry: string): Message | undefined {
  const fields = readFields(entry, EntryFields);
  if ('kind' in fields) return undefined;
  const { id, topic, timestamp } = fields;
  if (id === undefined || topic === undefined || timestamp === undefined) return undefined;
  return toMessage(entry, fields, id, topic, timestamp);
}

function readFields(json: string, schema: z.ZodType<Fields>): Fields | Exclude<Parsed, { kind: 'message' }> {
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
  return [...errors.slice(0, MAX_ERRORS), { path: '', message: `Has ${more} more fields that are wrong` }];
}

/** What zod passes over in silence: a value that is not there, and a name that its records drop. */
function nameErrors(parsed: unknown): FieldError[] {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return [];
  const errors: FieldError[] = [];
  if (!Object.hasOwn(parsed, 'value')) errors.push({ path: 'value', message: 'Is required: any JSON' });
  const headers: unknown = Object.getOwnPropertyDescriptor(parsed, 'headers')?.value;
  if (typeof headers === 'object' && headers !== null && Object.hasOwn(headers, '__proto__'))
    errors.push({ path: 'headers.__proto__', message: 'Is not a name for a header' });
  return errors;
}

function toErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join('.'),
      message: 'Is not a field of a message',
    }));
  return [{ path: issue.path.join('.'), message: issue.message }];
}

function toMessage(json: string, fields: Fields, id: string, topic: string, timestamp: number): Message {
  const { key = null, headers = {} } = fields;
  return { id, topic, key, headers, timestamp, value: memberTexts(json).get('value') ?? 'null' };
}
