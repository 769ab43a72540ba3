import { firstErrors } from '../../message/field-errors.ts';
import { acceptItems, type AcceptDeps, FIX, type Posted, readItem, type Refused } from '../accept-items.ts';
import type { RecordText } from '../ingress/kafka-rest/record.ts';
import type { Told } from '../outcome-answer.ts';

/** Accepts the records of a request, and tells what became of each, in order. */
export async function acceptRecords(records: readonly RecordText[], posted: Posted, deps: AcceptDeps) {
  const items = records.map((record) => {
    if (record.kind === 'json') return readItem(record.json, posted, deps);
    const errors = firstErrors(record.errors);
    return { kind: 'problem', code: 'invalid-message', detail: FIX, members: { errors } } satisfies Refused;
  });
  const { told, limit } = await acceptItems(items, deps);
  const accepted = told.filter((each) => each.kind === 'accepted');
  const isQueued = accepted.some(({ receipt }) => receipt.status !== 'published');
  const headers = { ...limit, ...(isQueued ? { 'X-Fallback-Mode': 'true' } : {}) };
  return { told, headers, hasAccepted: accepted.length > 0 || told.length === 0 };
}

/**
 * Place of an accepted record. What is queued has none yet: -1, as Kafka itself calls an unknown partition and
 * offset.
 */
export function placeOf({ receipt }: Extract<Told, { kind: 'accepted' }>) {
  return receipt.status === 'published'
    ? { partition: receipt.partition, offset: receipt.offset }
    : { partition: -1, offset: '-1' };
}

/** JSON of `value` with its string member `offset` as a number, digit for digit: it has 64 bits. */
export function withOffsets(value: unknown): string {
  return JSON.stringify(value).replaceAll(/"offset":"(-?\d+)"/g, '"offset":$1');
}
