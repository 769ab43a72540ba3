import type { DeadLetters } from './dead-letters.ts';
import type { Doubts } from './doubts.ts';
import type { StoreReply } from './store-reply.ts';

export interface ClaimRequest {
  /** Names the claim: asking again with the same name, after a lost reply, gets the same entries. */
  readonly batch: string;
  readonly maxCount: number;
  /** Bytes of entry text. One entry is claimed however large it is. */
  readonly maxBytes: number;
  readonly leaseMs: number;
  /** Attempts after which an entry is claimed alone, so that its neighbours don't share its end; never if undefined. */
  readonly aloneAfter?: number | undefined;
  /** Nothing is claimed while another batch is out, not even what stands behind it. */
  readonly exclusive?: boolean | undefined;
}

/** An entry that leaves the list names what was parked with it. */
interface Leaving {
  readonly orderKey?: string | undefined;
  /** The token of its doubt, whose mark is of no use any more. */
  readonly doubt?: string | undefined;
}

/** What happens to a claimed entry. */
export type Settlement =
  /** It is in Kafka: forget it. */
  | ({ readonly kind: 'done' } & Leaving)
  /** Not published: back to where it came from, the head of the list. */
  | { readonly kind: 'return' }
  /** Not published because of its topic: to the tail, so that the others pass. */
  | { readonly kind: 'defer' }
  /** Can never be published: to the dead letters. */
  | ({ readonly kind: 'dead'; readonly reason: string } & Leaving);

/** Limits on the list, waiting and claimed entries together; undefined is no limit. */
export interface Bounds {
  readonly maxLength?: number | undefined;
  /** Bytes of entry text. */
  readonly maxBytes?: number | undefined;
}

/** `full`: the bounds left no room, and nothing was parked. */
export type Parked = 'parked' | 'full';

/** What happens to an entry whose lease ends unsettled again and again: it may be what kills the workers. */
export interface PoisonRule {
  /** Attempts, each an expired lease, after which it is a dead letter. */
  readonly maxAttempts: number;
  /** A lease that ends later than this from now was given before the store's clock was set back, and ends then. */
  readonly longestLeaseMs?: number | undefined;
  /** The reason that the dead letter carries. */
  readonly reason: string;
}

/** What became of the entries of expired leases. */
export interface Reaped {
  readonly returned: number;
  readonly dead: number;
}

/** How many entries there are of each kind. */
export interface Backlog {
  readonly waiting: number;
  readonly claimed: number;
  readonly dead: number;
}

/** The fallback list. What it has answered `done` to is held as durably as its settings say. */
export interface FallbackList extends DeadLetters, Doubts {
  /**
   * Puts entries at the tail of the list, in their order: all of them, or none. Given no entries it
   * only tells whether one more of the usual size would have room. Order keys, one for each entry
   * that has one, are counted for as long as their entries wait or are claimed.
   */
  park(
    entries: readonly string[],
    bounds?: Bounds,
    orderKeys?: readonly (string | undefined)[],
  ): Promise<StoreReply<Parked>>;
  /**
   * Answers for each order key whether entries with it wait or are claimed. It may say so for longer
   * than they do, until the list is empty; never for shorter.
   */
  parkedKeys(orderKeys: readonly string[]): Promise<StoreReply<readonly boolean[]>>;
  /**
   * Takes entries from the head under a lease, so that no other worker publishes them meanwhile.
   * Oldest first; none if nothing waits. What stands in the list may be unreadable.
   */
  claim(request: ClaimRequest): Promise<StoreReply<readonly string[]>>;
  /** Prolongs the lease of a claim from now on. Answers false if it was lost or settled before. */
  renew(batch: string, leaseMs: number): Promise<StoreReply<boolean>>;
  /**
   * Ends a claim with one verdict for each entry, in the order of the claim.
   * Answers false, having done nothing, if the lease was lost or settled before.
   */
  settle(batch: string, verdicts: readonly Settlement[]): Promise<StoreReply<boolean>>;
  /**
   * Puts the entries of expired leases back at the head, and counts that as an attempt of each. At
   * `maxAttempts` it makes a dead letter of it instead.
   */
  reap(rule: PoisonRule): Promise<StoreReply<Reaped>>;
  backlog(): Promise<StoreReply<Backlog>>;
}
