import type { SharedState } from './shared-state.ts';
import type { Durability } from './durability.ts';
import type { FallbackList } from './fallback-list.ts';
import type { Gate } from './gate.ts';
import type { Probe } from './probe.ts';
import type { Receipts } from './receipts.ts';
import type { StoreReply } from './store-reply.ts';

/** What is kept in Redis, or in what stands in for it. None of its verbs throws. */
export interface Store {
  readonly list: FallbackList;
  readonly gate: Gate;
  readonly receipts: Receipts;
  readonly sharedState: SharedState;
  /** Asks whether it would take a message now. */
  probe(): Promise<Probe>;
  /** Asks what becomes of the list when the store crashes, or is full. */
  durability(): Promise<StoreReply<Durability>>;
  /** Lets go of every connection. What is in flight fails. */
  close(): Promise<void>;
}
