import { DOUBT_MARGIN_MS, LONGEST_CALL_MS } from '../message/entry.ts';
import { orderKeyOf } from '../message/order-key.ts';
import type { Settlement } from '../ports/fallback-list.ts';
import type { Claimed, PublishBatchDeps } from './publish-batch.ts';

/** How far the clock of the host that parked may be ahead of this one's. Beyond it, its times mean nothing here. */
const CLOCK_SKEW_MS = 60_000;
const LONGEST_DOUBT_MS = LONGEST_CALL_MS + DOUBT_MARGIN_MS + CLOCK_SKEW_MS;

/**
 * Settles entries that were parked in doubt and must not be published now: what Kafka acknowledged after all is
 * cancelled, and what it may still take returns. Answers undefined for every other entry. Entries have to be
 * asked for in the order of the list: with order kept, later ones of a key in doubt return as well.
 */
export async function readDoubts(
  claimed: readonly Claimed[],
  { list, clock, ordered }: Pick<PublishBatchDeps, 'list' | 'clock' | 'ordered'>,
): Promise<(each: Claimed) => Settlement | undefined> {
  const tokens = claimed.flatMap(({ doubt }) => (doubt ? [doubt.token] : []));
  if (tokens.length === 0) return () => undefined;
  const reply = await list.doubts(tokens);
  const marks = reply.kind === 'done' ? reply.value : [];
  const isPublished = new Map(tokens.map((token, index) => [token, marks[index]]));
  const now = clock.wallTime();
  const held = new Set<string>();
  return ({ message, doubt }) => {
    const orderKey = ordered && message ? orderKeyOf(message) : undefined;
    if (orderKey !== undefined && held.has(orderKey)) return { kind: 'return' };
    if (!doubt) return undefined;
    const known = isPublished.get(doubt.token);
    if (known) return { kind: 'done' };
    const leftMs = doubt.until - now;
    if (known === false || leftMs <= 0 || leftMs > LONGEST_DOUBT_MS) return undefined;
    if (orderKey !== undefined) held.add(orderKey);
    return { kind: 'return' };
  };
}

/** An entry that leaves the list takes the mark of its doubt along. */
export function withDoubt(verdict: Settlement, { token }: { readonly token: string }): Settlement {
  switch (verdict.kind) {
    case 'done':
    case 'dead':
      return { ...verdict, doubt: token };
    case 'defer':
    case 'return':
      return verdict;
  }
}
