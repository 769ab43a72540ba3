import type { KeptReceipt } from './receipts.ts';
import type { StoreReply } from './store-reply.ts';

/** So many messages in so much time, for one client. */
export interface Limit {
  readonly max: number;
  readonly windowMs: number;
}

/** The hold on an id while its message is on its way. The nonce is its holder's alone. */
export interface Hold {
  /** The message's `idKey`. */
  readonly id: string;
  readonly nonce: string;
}

/** What one message asks before it is let in: either of the two, or both. */
export interface Ask {
  readonly limit?: (Limit & { readonly client: string }) | undefined;
  /** `ms`: how long the hold lasts if it is neither confirmed by a receipt nor released. */
  readonly hold?: (Hold & { readonly ms: number }) | undefined;
}

/** What is left of a client's limit. */
export interface Quota extends Limit {
  readonly left: number;
  /** Until all of it is there again. */
  readonly resetInMs: number;
}

export type Admission = (
  | { readonly kind: 'admitted' }
  /** The client has had its share: the next message has a chance in `retryInMs`. */
  | { readonly kind: 'limited'; readonly retryInMs: number }
  /** A message with this id was accepted before: this is its receipt. */
  | { readonly kind: 'replayed'; readonly receipt: KeptReceipt }
  /** A message with this id is on its way, and its end is not known yet. */
  | { readonly kind: 'in-flight' }
) & { readonly quota?: Quota | undefined };

/** Keeps to the limit of each client, and tells a message that comes a second time. */
export interface Gate {
  /**
   * Answers one admission for each ask, in order; all of them cost one round trip. A
   * retry with the same nonce finds its own hold. A limited message holds nothing.
   */
  admit(asks: readonly Ask[]): Promise<StoreReply<readonly Admission[]>>;
  /** Releases the ids of messages that were not accepted. Another message's hold, or a receipt, stays. */
  release(holds: readonly Hold[]): Promise<StoreReply<void>>;
}
