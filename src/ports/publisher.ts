import type { Message } from '../accept/message.ts';
import type { Probe } from './probe.ts';

/** What became of one message that a publisher was given. Exactly one of these, for each message. */
export type PublishResult =
  /** Kafka acknowledged the record (acks=all). `offset` is a 64-bit number, hence a string. */
  | {
      readonly kind: 'published';
      readonly partition: number;
      readonly offset: string;
      /** The same object for all that one call to Kafka wrote, where many share one. */
      readonly call?: object;
    }
  /** The caller's fault: this message can never be published, by anyone. */
  | { readonly kind: 'rejected'; readonly cause: RejectCause; readonly reason: string }
  /**
   * Not acknowledged, and worth trying again. `blame` says who has to mend it; `caller`: nobody, the
   * caller stopped waiting.
   */
  | {
      readonly kind: 'failed';
      readonly blame: 'kafka' | 'topic' | 'caller';
      readonly reason: string;
      /** The record may be in the topic all the same: a second try may write it twice. */
      readonly maybeWritten: boolean;
      /** The same object for all that failed in one call to Kafka, which counts once. */
      readonly call?: object;
    }
  /**
   * Not tried: the circuit is open, too much waits for Kafka already, or earlier messages of its key
   * have to go first. A try in `retryInMs` has a chance.
   */
  | { readonly kind: 'refused'; readonly because: 'open' | 'busy' | 'behind'; readonly retryInMs: number };

export type RejectCause = 'too-large' | 'invalid';

/** The size of the smallest batches of a backlog. Larger ones may fail for their size alone. */
export const SMALLEST_BACKLOG = 10;

/** What a publisher did since it was opened, for the metrics. */
export interface ProducerStats {
  /** Calls to a broker, the records in them, and how long their answers took altogether. */
  readonly calls: number;
  readonly messages: number;
  readonly callMs: number;
  readonly retries: number;
  /** How often a connection was opened, or tried to; the first times too. */
  readonly connects: number;
  /** Records that were not acknowledged and may be in Kafka all the same. */
  readonly maybeWritten: number;
  /** Bytes of records that wait or are in flight now. */
  readonly pendingBytes: number;
}

/**
 * Whether a topic can be written now; if so, how many partitions it has. Undefined: it is there, and no
 * more is told of it.
 */
export type TopicCheck =
  | { readonly kind: 'ready'; readonly partitions: number | undefined }
  | { readonly kind: 'failed'; readonly reason: string };

/** Writes messages into Kafka. */
export interface Publisher {
  /**
   * Answers one result for each message, in order. Never throws.
   * `signal` ends the waiting, not the writing: what was sent by then may have been written.
   */
  publish(messages: readonly Message[], signal?: AbortSignal): Promise<PublishResult[]>;
  /**
   * Why it can never publish the message, whatever Kafka would say: known without asking anyone, so that
   * such a message is not even parked. Undefined where there is no such reason.
   */
  refusalOf?(message: Message): Extract<PublishResult, { kind: 'rejected' }> | undefined;
  /** Asks whether Kafka would take messages now, as strictly as is possible without writing one. */
  probe(signal?: AbortSignal): Promise<Probe>;
  /**
   * Asks whether messages of one topic would be taken now, for people who set things up. Kafka makes
   * a topic that is missing, where it is set to. Undefined where the driver can't tell.
   */
  readonly checkTopic?: (topic: string) => Promise<TopicCheck>;
  /** Undefined where there is nothing to count. */
  readonly stats?: ProducerStats | undefined;
  /** Lets go of every connection. What is in flight fails. */
  close(): Promise<void>;
}
