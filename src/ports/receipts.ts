import type { StoreReply } from './store-reply.ts';

/** What became of a message that was accepted, as clients see it. */
export type Receipt =
  /** The fallback list holds it. */
  | { readonly id: string; readonly status: 'queued'; readonly topic: string }
  | {
      readonly id: string;
      readonly status: 'published';
      readonly topic: string;
      readonly partition: number;
      readonly offset: string;
    }
  /** It was parked and can never be published: a dead letter. */
  | { readonly id: string; readonly status: 'dead'; readonly topic: string; readonly reason: string };

/**
 * A receipt as it is kept: its `id` is the message's `idKey`, and it has the fingerprint of the message. Neither
 * is anybody's business outside.
 */
export type KeptReceipt = Receipt & { readonly fingerprint?: string | undefined };

/** The receipt of the message `id`, as clients see it. */
export function toClient(kept: KeptReceipt, id: string): Receipt {
  const receipt: KeptReceipt & { fingerprint?: unknown } = { ...kept, id };
  delete receipt.fingerprint;
  return receipt;
}

/**
 * The receipts of the last minutes. A receipt is also the mark by which the gate knows that an id is
 * taken: saving one ends the hold on its id, whichever message has it.
 */
export interface Receipts {
  /**
   * Keeps each receipt for `ttlMs`, in place of an earlier one of the same id. A `queued` that comes
   * late never takes the place of what became of the message afterwards.
   */
  save(receipts: readonly KeptReceipt[], ttlMs: number): Promise<StoreReply<void>>;
  /** Undefined where there is none, or none any more. */
  read(id: string): Promise<StoreReply<KeptReceipt | undefined>>;
}
