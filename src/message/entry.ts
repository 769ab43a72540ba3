import * as z from 'zod';
import { Fields, readFields, toMessage } from './fields.ts';
import type { Message } from './message.ts';

/** The longest that a call to Kafka may take, in milliseconds: the most that `PUBLISH_TIMEOUT_MS` may say. */
export const LONGEST_CALL_MS = 60_000;
/** Time for the word of a late acknowledgement to reach the list, in milliseconds. */
export const DOUBT_MARGIN_MS = 1000;

/** A message that was parked while Kafka might still take it. */
export interface Doubt {
  /** Names this copy: ids may come twice. */
  readonly token: string;
  /** When the call to Kafka has ended for sure, in milliseconds since the epoch. */
  readonly until: number;
}

/** Members of a parked message: a message's, the time of its parking, its doubt, whether its client left it undated, and whose it is. */
const EntryFields = Fields.extend({
  parkedAt: z.int().nonnegative().optional(),
  doubt: z.object({ token: z.string(), until: z.number() }).optional(),
  undated: z.literal(true).optional(),
  owner: z.string().optional(),
});

/** The first members, so that they are read and replaced without parsing the rest. */
const PARKED_AT = /^\{"parkedAt":(\d{1,15}),/;
const DOUBT = /^\{"parkedAt":\d{1,15},"doubt":\{"token":"([\w-]{1,64})","until":(\d{1,15})\},/;

/**
 * Serialises a message for the list: the form that clients write, with nothing left out, after the time of
 * its parking, in milliseconds since the epoch, and its doubt, where there is one.
 */
export function toEntry({ value, ...fields }: Message, parkedAt?: number, doubt?: Doubt): string {
  return `${JSON.stringify({ parkedAt, doubt, ...fields }).slice(0, -1)},"value":${value}}`;
}

/** The doubt of an entry; undefined for an ordinary one. */
export function doubtOf(entry: string): Doubt | undefined {
  const [, token, until] = DOUBT.exec(entry) ?? [];
  return token === undefined ? undefined : { token, until: Number(until) };
}

/** The time of an entry's parking; undefined if it does not begin with one, as when it was added by hand. */
export function parkedAtOf(entry: string): number | undefined {
  const digits = PARKED_AT.exec(entry)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Parses an entry; undefined if it is not a complete message. */
export function fromEntry(entry: string): Message | undefined {
  const fields = readFields(entry, EntryFields);
  if ('kind' in fields) return undefined;
  const { id, topic, timestamp, undated, owner } = fields;
  if (id === undefined || topic === undefined || timestamp === undefined) return undefined;
  return toMessage(entry, fields, {
    id,
    topic,
    timestamp,
    ...(undated && { undated }),
    ...(owner !== undefined && { owner }),
  });
}
