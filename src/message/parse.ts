import type { FieldError } from './field-errors.ts';
import { Fields, MAX_DEPTH, type NotFields, readFields, toMessage } from './fields.ts';
import { isNestedDeeper, memberText } from './json-spans.ts';
import { ID_HEADER, type Message } from './message.ts';

export type Parsed =
  /** `hasClientId`: the client chose the id. */
  { readonly kind: 'message'; readonly message: Message; readonly hasClientId: boolean } | NotFields;

export interface ParseContext {
  readonly defaultTopic: string;
  readonly topics: ReadonlySet<string>;
  /** Timestamp of a message without one, in milliseconds since the epoch. */
  now(): number;
  newId(): string;
}

/** Clock skew tolerance: Kafka refuses records that are further ahead (`message.timestamp.after.max.ms`). */
const MAX_AHEAD_MS = 3_600_000;

const UNDATED = { undated: true } as const;

/** Validates a client's message and fills in its defaults. `idBeside`: the id that came by a header. */
export function parseMessage(json: string, context: ParseContext, idBeside?: string): Parsed {
  const fields = readFields(json, Fields);
  if ('kind' in fields) return fields;
  const topic = fields.topic ?? context.defaultTopic;
  const now = context.now();
  const timestamp = fields.timestamp ?? now;
  const errors: FieldError[] = [];
  if (!context.topics.has(topic))
    errors.push({ path: 'topic', message: 'Is not one of the topics that this service takes' });
  // Not 1.7e12, and not 1.0: other readers of JSON take those for fractions.
  if (fields.timestamp !== undefined && !/^\d+$/.test(memberText(json, 'timestamp') ?? ''))
    errors.push({ path: 'timestamp', message: 'Must be a whole number, in digits' });
  if (timestamp > now + MAX_AHEAD_MS)
    errors.push({ path: 'timestamp', message: 'Is more than an hour ahead' });
  if (Object.keys(fields.headers ?? {}).some((name) => name.toLowerCase() === ID_HEADER))
    errors.push({ path: `headers.${ID_HEADER}`, message: 'Is set by the service: use `id`' });
  const id = fields.id ?? idBeside;
  if (idBeside !== undefined && id !== idBeside)
    errors.push({ path: 'id', message: 'Differs from the header Idempotency-Key' });
  if (isNestedDeeper(json, MAX_DEPTH + 1))
    errors.push({ path: 'value', message: `Is nested more than ${MAX_DEPTH} deep` });
  if (errors.length > 0) return { kind: 'invalid', errors };
  return {
    kind: 'message',
    message: toMessage(json, fields, {
      id: id ?? context.newId(),
      topic,
      timestamp,
      ...(fields.timestamp === undefined && UNDATED),
    }),
    hasClientId: id !== undefined,
  };
}
