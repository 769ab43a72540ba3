import type { StoreReply } from './store-reply.ts';

/** A parked message that can't be published, kept until an operator says what is to become of it. */
export interface DeadLetter {
  /** Names it for the other verbs. */
  readonly id: string;
  readonly entry: string;
  readonly reason: string;
  /** How often it was taken in hand, not counting when Kafka was away. */
  readonly attempts: number;
  /** When it became one, in milliseconds since the epoch, by the store's clock. */
  readonly at: number;
}

/** Those with these ids, or all that there are now. */
export type WhichLetters = readonly string[] | 'all';

/** The order key of an entry, where it has one. */
export type OrderKeyOf = (entry: string) => string | undefined;

export interface DeadLetters {
  /** Oldest first, `limit` at most, those after the one with the id `after`. */
  deadLetters(page: {
    after?: string | undefined;
    limit: number;
  }): Promise<StoreReply<readonly DeadLetter[]>>;
  /**
   * Puts them at the tail of the list, as if they were parked now, with the order keys that they
   * have; answers how many there were. A failure in between leaves each of them on one side: asked
   * again, it goes on with the rest.
   */
  requeue(which: WhichLetters, orderKeyOf?: OrderKeyOf): Promise<StoreReply<number>>;
  /** Deletes them for good; answers how many there were. */
  discard(which: WhichLetters): Promise<StoreReply<number>>;
}
