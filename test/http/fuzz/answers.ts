import type { Answered, Told } from './form.ts';

/** Offsets have 64 bits: more than a number of JavaScript holds. */
export function parse(text: string): unknown {
  return JSON.parse(text.replaceAll(/"offset":(-?\d+)/g, '"offset":"$1"')) as unknown;
}

interface Receipt {
  readonly id: string;
  readonly status: 'published' | 'queued' | 'rejected' | 'unavailable';
  readonly partition: number;
  readonly offset: string;
  readonly replayed?: true;
  readonly error?: { readonly status: number };
}

function toldOf({ id, status, partition, offset, error }: Receipt, isReplayed: boolean): Told {
  switch (status) {
    case 'published':
      return { kind: 'published', partition, offset, id, isReplayed };
    case 'queued':
      return { kind: 'queued', id, isReplayed };
    case 'rejected':
    case 'unavailable':
      return { kind: 'refused', status: error?.status };
  }
}

/** Answer to one message. */
export function readOne({ status, headers, text }: Answered): Told {
  if (status >= 300) return { kind: 'refused', status };
  return toldOf(parse(text) as Receipt, headers.has('Idempotency-Replayed'));
}

interface Batch extends Readonly<Record<'published' | 'queued' | 'rejected' | 'unavailable', number>> {
  readonly items: readonly Receipt[];
}

/** Answer to a batch. Its counts have to be those of its items. */
export function readBatch({ text }: Answered): Told[] {
  const { items, ...counts } = parse(text) as Batch;
  for (const status of ['published', 'queued', 'rejected', 'unavailable'] as const) {
    const count = items.filter((item) => item.status === status).length;
    if (counts[status] !== count) throw new Error(`${status} counts ${counts[status]} of ${count}`);
  }
  return items.map((item) => toldOf(item, item.replayed ?? false));
}

/** What Kafka REST says of a record: v2 `{partition, offset, error_code}`, v3 the same and `partition_id`. */
export interface Report {
  readonly partition?: number | null;
  readonly partition_id?: number;
  readonly offset: string;
  readonly error_code: number | null;
}

export function reported({ partition, partition_id, offset, error_code }: Report): Told {
  if (error_code !== null && error_code !== 200) return { kind: 'refused', status: statusOf(error_code) };
  const place = partition ?? partition_id ?? -1;
  // Neither the id nor a replay is told.
  const told = { id: undefined, isReplayed: undefined };
  return place === -1
    ? { kind: 'queued', ...told }
    : { kind: 'published', partition: place, offset, ...told };
}

/** Statuses of the numbers of that family. The others are statuses themselves. */
const STATUSES: Readonly<Record<number, number>> = { 42_206: 422, 50_003: 503 };
const statusOf = (errorCode: number) => STATUSES[errorCode] ?? errorCode;
