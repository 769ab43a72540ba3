import type { Message } from '../accept/message.ts';
import type { Probe } from './probe.ts';

/** What became of one message that a publisher was given. Exactly one of these, for each message. */
export type PublishResult =
  /** Kafka acknowledged the record (acks=all). `offset` is a 64-bit number, hence a string. */
  | { readonly kind: 'published'; readonly partition: number; readonly offset: string }
  /** The caller's fault: this message can never be published, by anyone. */
  | { readonly kind: 'rejected'; readonly cause: RejectCause; readonly reason: string }
  /** Not acknowledged, and worth trying again. `blame` says who has to mend it. */
  | {
      readonly kind: 'failed';
      readonly blame: 'kafka' | 'topic';
      readonly reason: string;
      /** The record may be in the topic all the same: a second try may write it twice. */
      readonly maybeWritten: boolean;
    }
  /** Not tried: the circuit is open, and tries again in `retryInMs` at the earliest. */
  | { readonly kind: 'refused'; readonly retryInMs: number };

export type RejectCause = 'too-large' | 'invalid';

/** Writes messages into Kafka. */
export interface Publisher {
  /**
   * Tries each message once and answers one result for each, in order. Never throws.
   * `signal` ends the waiting, not the writing: what was sent by then may have been written.
   */
  publish(messages: readonly Message[], signal?: AbortSignal): Promise<PublishResult[]>;
  /** Asks whether Kafka would take messages now, as strictly as is possible without writing one. */
  probe(signal?: AbortSignal): Promise<Probe>;
  /** Lets go of every connection. What is in flight fails. */
  close(): Promise<void>;
}
