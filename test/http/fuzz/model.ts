import { Buffer } from 'node:buffer';
import {
  type Arbitrary,
  array,
  constant,
  constantFrom,
  dictionary,
  integer,
  nat,
  oneof,
  option,
  record,
  string,
  tuple,
  uint8Array,
} from 'fast-check';
import { ID_HEADER } from '../../../src/message/message.ts';
import { JSON_TEXT } from './json-text.ts';
import { HAND, type Hand } from './pen.ts';

/** Time at which everything happens, in milliseconds since 1970. */
export const NOW = 1_764_671_400_000;
export const TOPICS = ['messages', 'orders', 'metrics'] as const;
/** Longest value that the fake Kafka takes, and longest body that the service does. */
const KAFKA_MAX_BYTES = 2000;
export const BODY_MAX_BYTES = 6000;

export type Value =
  | { readonly kind: 'json' | 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'none' };

/** What a client means by a message, whatever the form that it is sent in. */
export interface Meaning {
  readonly id: string | undefined;
  readonly topic: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Value;
  readonly partition: number | undefined;
  readonly timestamp: number | undefined;
  /** Which of the mistakes that the form allows is made in it. Undefined: it is good. */
  readonly mistake: number | undefined;
  /** How its client writes what reaches Kafka as written. */
  readonly hand: Hand;
}

/** What the record of a message has to be. */
export interface Meant {
  /** Undefined: the service chooses one. */
  readonly id: string | undefined;
  readonly topic: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
  readonly partition: number | undefined;
  /** Undefined: that of the acceptance. */
  readonly timestamp: number | undefined;
  /** How the form writes the value: a repeat has to write it the same way. */
  readonly encoding: 'json' | 'text' | 'base64';
}

const ODD = constantFrom('\uFEFF', '\u2028', '\u0000', '\u007F', '"', '\\', '%', '€', '\u{1F600}', ' ', ';');
/** Any string that has a form in UTF-8. */
const TEXT = string({ unit: oneof(ODD, string({ minLength: 1, maxLength: 1 })), maxLength: 8 });

/** Ids that can be said in every form: that of an event is its source and its own id. */
const ID = constantFrom('/s 1', '/s 2', '/s 3', '/s ü%25', '/t "q" \\');

/** The words decide what becomes of a message: see `fateOf`. */
const KEY = oneof(
  constant(null),
  TEXT,
  tuple(constantFrom('down', 'down', 'lost', 'unfit'), TEXT).map((words) => words.join('-')),
);

const isHeaderName = (name: string) =>
  name !== '' && name !== '__proto__' && name.toLowerCase() !== ID_HEADER;
const HEADERS = dictionary(
  oneof(TEXT, constantFrom('constructor', '7', 'value')).filter(isHeaderName),
  TEXT,
  { maxKeys: 3 },
);

const large = integer({ min: KAFKA_MAX_BYTES - 10, max: BODY_MAX_BYTES + 500 });
const VALUE: Arbitrary<Value> = oneof(
  { weight: 6, arbitrary: JSON_TEXT.map((text) => ({ kind: 'json' as const, text })) },
  { weight: 3, arbitrary: TEXT.map((text) => ({ kind: 'text' as const, text })) },
  { weight: 3, arbitrary: uint8Array({ maxLength: 20 }).map((bytes) => ({ kind: 'bytes' as const, bytes })) },
  { weight: 1, arbitrary: constant({ kind: 'none' as const }) },
  { weight: 2, arbitrary: large.map((size) => ({ kind: 'text' as const, text: 'x'.repeat(size) })) },
);

/** Nothing, but once in `times`. */
export function rarely<T>(times: number, arbitrary: Arbitrary<T>): Arbitrary<T | undefined> {
  return oneof({ weight: times - 1, arbitrary: constant(undefined) }, { weight: 1, arbitrary });
}

const MEANING: Arbitrary<Meaning> = record({
  id: option(ID, { nil: undefined, freq: 4 }),
  topic: constantFrom(...TOPICS),
  key: KEY,
  headers: HEADERS,
  value: VALUE,
  partition: option(nat(7), { nil: undefined }),
  timestamp: option(integer({ min: 0, max: NOW + 3_600_000 }), { nil: undefined }),
  mistake: rarely(6, nat()),
  hand: HAND,
});

/** Messages that a client sends some of, some of them several times. */
export const MEANINGS = array(MEANING, { minLength: 1, maxLength: 6, size: 'max' });

/** Bytes of a value. A form that has no word for an absent one sends an empty one. */
export function bytesOf(value: Value): Buffer {
  switch (value.kind) {
    case 'json':
    case 'text':
      return Buffer.from(value.text);
    case 'bytes':
      return Buffer.from(value.bytes);
    case 'none':
      return Buffer.alloc(0);
  }
}

/** What becomes of a message that is admitted: a rule of the message alone. */
export function fateOf({ key, value }: Pick<Meant, 'key' | 'value'>) {
  if ((value?.length ?? 0) > KAFKA_MAX_BYTES) return 'too-large';
  if (key?.includes('unfit')) return 'unfit';
  // Kafka does not take it; and if it is `lost`, the list does not take what is parked with it.
  if (key?.includes('lost')) return 'lost';
  return key?.includes('down') ? 'down' : 'published';
}
