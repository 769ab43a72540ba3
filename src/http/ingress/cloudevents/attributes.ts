import { createHash } from 'node:crypto';
import { shorten } from '../../../common/shorten.ts';
import type { FieldError } from '../../../message/field-errors.ts';

/** Attributes of an event by their names: those of the specification, and extensions. Null counts as absent. */
export type Attributes = Readonly<Record<string, unknown>>;

const NAME = /^[a-z\d]+$/;
/** Characters of a URI-reference (RFC 3986); a space is none of them. */
const URI_REFERENCE = /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[\da-f]{2})+$/i;
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it is to find
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const REQUIRED = ['specversion', 'id', 'source', 'type'];
const TEXTS = new Set([...REQUIRED, 'subject', 'datacontenttype', 'dataschema', 'time', 'partitionkey']);
const INT_32 = 2 ** 31;

/** What is wrong with the attributes of an event (CloudEvents 1.0.2, sections 3 and 3.1). */
export function attributeErrors(attributes: Attributes): FieldError[] {
  const missing = REQUIRED.filter((name) => (attributes[name] ?? undefined) === undefined);
  return [
    ...missing.map((path) => ({ path, message: 'Is required' })),
    ...Object.entries(attributes).flatMap(([name, value]) => {
      const message = value === null ? undefined : wrongAttribute(name, value);
      return message === undefined ? [] : [{ path: shorten(name), message }];
    }),
  ];
}

function wrongAttribute(name: string, value: unknown): string | undefined {
  if (!NAME.test(name)) return 'Is not a name of an attribute: they have lower-case letters and digits';
  if (name === 'data') return 'Is not a name of an attribute: it is the content of the event';
  if (typeof value === 'string') return wrongText(name, value);
  if (TEXTS.has(name)) return 'Must be a string';
  const isInteger = typeof value === 'number' && Number.isInteger(value);
  if (typeof value === 'boolean' || (isInteger && value >= -INT_32 && value < INT_32)) return undefined;
  return 'Must be a string, a boolean, or an integer of 32 bits';
}

function wrongText(name: string, value: string): string | undefined {
  if (value === '' && TEXTS.has(name)) return 'Must not be empty';
  if (!value.isWellFormed()) return 'Has a lone surrogate: not valid Unicode';
  if (CONTROL.test(value)) return 'Has a control character';
  switch (name) {
    case 'specversion':
      return value === '1.0' ? undefined : 'Must be 1.0';
    case 'source':
    case 'dataschema':
      return URI_REFERENCE.test(value) ? undefined : 'Must be a URI';
    case 'time':
      return TIME.test(value) && !Number.isNaN(Date.parse(value))
        ? undefined
        : 'Must be a time as in RFC 3339';
    default:
      return undefined;
  }
}

/** The longest id of a message. */
const LONGEST_ID = 255;

/**
 * Identity of the message of a valid event: its source and its id, which together are unique (section 3.1.1),
 * with a space between them. Of a longer one a digest.
 */
export function messageId({ source, id }: Attributes): string {
  const readable = `${source as string} ${id as string}`;
  if (readable.length <= LONGEST_ID) return readable;
  return `sha256:${createHash('sha256').update(readable).digest('hex')}`;
}

/** Key of the record of a valid event (Kafka binding, section 3.1, and the extension Partitioning). */
export function recordKey({ partitionkey }: Attributes): string | null {
  return (partitionkey as string | null | undefined) ?? null;
}
