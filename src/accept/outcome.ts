import type { Quota } from '../ports/gate.ts';
import type { RejectCause, Unpublished } from '../ports/publisher.ts';
import type { Receipt } from '../ports/receipts.ts';
import type { Message } from '../message/message.ts';

/** What became of an admitted message. */
export type Fate =
  /** In Kafka, acknowledged. */
  | { readonly kind: 'published'; readonly partition: number; readonly offset: string }
  /** In the fallback list, because of what became of it at Kafka. */
  | { readonly kind: 'queued'; readonly because: Unpublished }
  /** The caller's fault: a retry can't help. */
  | { readonly kind: 'rejected'; readonly cause: RejectCause; readonly reason: string }
  /** Neither Kafka nor the list took it; a retry is safe. */
  | {
      readonly kind: 'unavailable';
      /** `both-open`: neither was even tried. `list-full`: Kafka did not take it, and the list has no room. */
      readonly cause: 'both-open' | 'list-full' | 'failed';
      readonly reason: string;
      /** The earliest that a retry has a chance, in milliseconds from now. */
      readonly retryInMs: number;
    };

/** Why a message was not admitted. Nothing was written. */
export type TurnedAway =
  /** A message with its id was accepted before; this is its receipt. */
  | { readonly kind: 'duplicate'; readonly receipt: Receipt }
  /** A message with its id and other content was accepted before. */
  | { readonly kind: 'conflict' }
  /** A message with its id is on its way and may yet fail; a later retry learns its end. */
  | { readonly kind: 'in-flight' }
  /** Its client is over its rate limit. */
  | { readonly kind: 'limited'; readonly retryInMs: number };

/** What became of a message. Every message that was checked gets exactly one of these. */
export type Outcome = (Fate | TurnedAway) & {
  /** What is left of the client's rate limit, where there is one and the gate answered. */
  readonly quota?: Quota | undefined;
};

/** That Kafka or the list has the message, now or since an earlier one with its id. */
type Accepted = Extract<Fate | TurnedAway, { kind: 'published' | 'queued' | 'duplicate' }>;

/**
 * Whether a receipt is kept, so that it can be read later: the message was queued, or its client chose the id.
 * Otherwise the answer is the receipt, and nobody asks for it again.
 */
export function isReceiptKept(outcome: Fate | TurnedAway, hasClientId: boolean): outcome is Accepted {
  switch (outcome.kind) {
    case 'queued':
    case 'duplicate':
      return true;
    case 'published':
      return hasClientId;
    case 'rejected':
    case 'unavailable':
    case 'in-flight':
    case 'conflict':
    case 'limited':
      return false;
  }
}

/** The receipt of an accepted message. */
export function toReceipt({ id, topic }: Message, outcome: Accepted): Receipt {
  switch (outcome.kind) {
    case 'published':
      return { id, status: 'published', topic, partition: outcome.partition, offset: outcome.offset };
    case 'queued':
      return { id, status: 'queued', topic };
    case 'duplicate':
      return outcome.receipt;
  }
}
