import type { PublishResult } from '../../../ports/publisher.ts';

/** A record on its way to the proxy. */
export interface Outgoing {
  /** As it stands in a request. */
  readonly text: string;
  readonly settle: (result: PublishResult) => void;
}

/** Of a request. More gain nothing, and larger ones are refused by common gateways (1 MB). */
const MAX_COUNT = 500;
const MAX_CHARS = 900_000;

/** Not tried: what stood before it failed, and it would have waited for the same. */
export const BEHIND: PublishResult = { kind: 'refused', because: 'busy', retryInMs: 0 };

/** Not tried: as much is under way as may be. */
export const BUSY: PublishResult = { kind: 'refused', because: 'busy', retryInMs: 1000 };

/** How many records, from `began` on, go into one request: one at least. */
export function countOf(records: readonly Outgoing[], began: number): number {
  let count = 0;
  let chars = 0;
  for (let at = began; at < records.length && count < MAX_COUNT; at++, count++) {
    chars += records[at]!.text.length;
    if (count > 0 && chars > MAX_CHARS) break;
  }
  return count;
}

/** The same for all, who shared a request. Answers whether what comes behind them has a chance. */
export function settleAll(batch: readonly Outgoing[], result: PublishResult): boolean {
  const call = {};
  for (const record of batch) record.settle(sharing(result, call));
  return result.kind !== 'failed';
}

/** `call` stands for the request that a result came of. */
export function sharing(result: PublishResult, call: object): PublishResult {
  return result.kind === 'failed' || result.kind === 'published' ? { ...result, call } : result;
}
