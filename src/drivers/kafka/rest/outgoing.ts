import type { PublishResult } from '../../../ports/publisher.ts';

/** A record on its way to the proxy. */
export interface Outgoing {
  /** Its encoded form in a request body. */
  readonly text: string;
  readonly settle: (result: PublishResult) => void;
}

/** Limits of a request. Larger ones gain no throughput, and common gateways refuse them (1 MB). */
const MAX_COUNT = 500;
const MAX_CHARS = 900_000;

/** Head-of-line blocking: an earlier batch failed, and this record was not tried. */
export const BEHIND: PublishResult = { kind: 'refused', because: 'busy', retryInMs: 0 };

/** Back-pressure: the limit of what may be in flight is reached, and the record was not tried. */
export const BUSY: PublishResult = { kind: 'refused', because: 'busy', retryInMs: 1000 };

/** Size of the next batch: the records from `began` on that fit into one request, and one at least. */
export function countOf(records: readonly Outgoing[], began: number): number {
  let count = 0;
  let chars = 0;
  for (let at = began; at < records.length && count < MAX_COUNT; at++, count++) {
    chars += records[at]!.text.length;
    if (count > 0 && chars > MAX_CHARS) break;
  }
  return count;
}

/** Settles the records of a request alike. Answers whether the records behind them should be tried. */
export function settleAll(batch: readonly Outgoing[], result: PublishResult): boolean {
  const call = {};
  for (const record of batch) record.settle(sharing(result, call));
  return result.kind !== 'failed';
}

/** Tags a result with the identity of its request, which counts once for the circuit. */
export function sharing(result: PublishResult, call: object): PublishResult {
  return result.kind === 'failed' || result.kind === 'published' ? { ...result, call } : result;
}
