import type { Quota } from '../ports/gate.ts';
import type { RejectCause } from '../ports/publisher.ts';
import type { Receipt } from '../ports/receipts.ts';
import type { Message } from './message.ts';

/** How a message ends that was let in. */
export type Fate =
  /** In Kafka, acknowledged. */
  | { readonly kind: 'published'; readonly partition: number; readonly offset: string }
  /** In the fallback list. */
  | { readonly kind: 'queued' }
  /** The caller's fault: sending it again can't help. */
  | { readonly kind: 'rejected'; readonly cause: RejectCause; readonly reason: string }
  /** Nobody could take it; sending it again is safe. */
  | {
      readonly kind: 'unavailable';
      /** `both-open`: neither was even tried. `list-full`: Kafka did not take it, and the list has no room. */
      readonly cause: 'both-open' | 'list-full' | 'failed';
      readonly reason: string;
      /** The earliest moment at which a second try has a chance. */
      readonly retryInMs: number;
    };

/** Why a message was not let in. Nothing was written. */
export type TurnedAway =
  /** One with its id was accepted before: this became of it. */
  | { readonly kind: 'duplicate'; readonly receipt: Receipt }
  /** One with its id is on its way, and may yet fail: who sends again later learns its end. */
  | { readonly kind: 'in-flight' }
  /** Its client has sent too many. */
  | { readonly kind: 'limited'; readonly retryInMs: number };

/** What became of a message. Every message that was checked gets exactly one of these. */
export type Outcome = (Fate | TurnedAway) & {
  /** What is left of the client's limit, where there is one and it could be asked. */
  readonly quota?: Quota | undefined;
};

/** What its client is told of a message that was accepted; undefined of one that was not. */
export function toReceipt({ id, topic }: Message, outcome: Fate | TurnedAway): Receipt | undefined {
  switch (outcome.kind) {
    case 'published':
      return { id, status: 'published', topic, partition: outcome.partition, offset: outcome.offset };
    case 'queued':
      return { id, status: 'queued', topic };
    case 'duplicate':
      return outcome.receipt;
    case 'rejected':
    case 'unavailable':
    case 'in-flight':
    case 'limited':
      return undefined;
  }
}
