import type { StoreReply } from './store-reply.ts';

/** What became at Kafka of a message that was parked in doubt. */
export interface ResolvedDoubt {
  /** Names the parked copy; see `Doubt` of an entry. */
  readonly token: string;
  /** Whether Kafka acknowledged the message: then the parked copy is cancelled. */
  readonly isPublished: boolean;
}

/** Marks by which parked copies are cancelled without a walk through the list. */
export interface Doubts {
  /** Keeps the marks until their entries leave the list. A mark that is lost costs a duplicate, nothing more. */
  resolveDoubts(resolved: readonly ResolvedDoubt[]): Promise<StoreReply<void>>;
  /** For each token whether Kafka acknowledged the message; undefined where that is not known. */
  doubts(tokens: readonly string[]): Promise<StoreReply<readonly (boolean | undefined)[]>>;
}
