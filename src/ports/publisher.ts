import type { Message } from '../message/message.ts';
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
  /** The caller's fault: this message can never be published. */
  | { readonly kind: 'rejected'; readonly cause: RejectCause; readonly reason: string }
  /**
   * Not acknowledged, and worth a retry. `blame` is where the fault lies. `topic`: it is missing or forbidden.
   * `partition`: it cannot be written now, which is Kafka's fault only if several topics fail so. `caller`:
   * nowhere, the caller stopped waiting.
   */
  | {
      readonly kind: 'failed';
      readonly blame: 'kafka' | 'topic' | 'partition' | 'caller';
      readonly reason: string;
      /** The record may be in the topic all the same: a second try may write it twice. */
      readonly maybeWritten: boolean;
      /** The same object for all that failed in one call to Kafka, which counts once. */
      readonly call?: object;
    }
  /**
   * Not sent: the circuit is open, too much waits for Kafka already, earlier messages of its key have to go
   * first, or Kafka is silent for longer than the caller's patience. A try in `retryInMs` has a chance.
   */
  | {
      readonly kind: 'refused';
      readonly because: 'open' | 'busy' | 'behind' | 'stalled';
      readonly retryInMs: number;
    };

/** Sent, and not answered within the caller's patience. Kafka may still take it: `settled` tells. */
export interface InDoubt {
  readonly kind: 'in-doubt';
  /** The result, once it is known; never rejects. */
  readonly settled: Promise<PublishResult>;
}

/** The result of a message, or the word that there is none yet. */
export type EarlyResult = PublishResult | InDoubt;

/** The result in the end; never rejects. */
export function finalOf(result: EarlyResult): Promise<PublishResult> {
  return result.kind === 'in-doubt' ? result.settled : Promise.resolve(result);
}

/** Whether a message failed because its topic can't be written, or a partition of it. */
export function isTopics(result: PublishResult): result is Extract<PublishResult, { kind: 'failed' }> {
  return result.kind === 'failed' && (result.blame === 'topic' || result.blame === 'partition');
}

/** Not final: the message has to be parked. */
export type Unpublished = Extract<PublishResult, { kind: 'failed' | 'refused' }>;

/** `timestamp`: Kafka refuses the message's time alone. */
export type RejectCause = 'too-large' | 'invalid' | 'timestamp';

/** A publisher owes one result for each message; one that it forgot was not published. */
export const NO_RESULT: Unpublished = {
  kind: 'failed',
  blame: 'kafka',
  reason: 'The publisher gave no result',
  maybeWritten: true,
};

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
  /** `blame`: whether the topic alone can't be written, as it is missing or forbidden, or Kafka has not answered. */
  | { readonly kind: 'failed'; readonly blame: 'topic' | 'kafka'; readonly reason: string }
  /** Kafka answers, and brokers that lead it can't be reached from here. `reason` has their addresses. */
  | { readonly kind: 'out-of-reach'; readonly reason: string };

/** Writes messages into Kafka. */
export interface Publisher {
  /**
   * Answers one result for each message, in order. Never throws.
   * `signal` ends the waiting, not the writing: what was sent by then may have been written.
   */
  publish(messages: readonly Message[], signal?: AbortSignal): Promise<PublishResult[]>;
  /**
   * Like `publish`, for callers that have somewhere else to go: answers within `patienceMs` milliseconds and
   * a moment. A message that was sent by then is `in-doubt`; one that was not is `refused` as `stalled`, and
   * never sent. Behind a call that is silent for that long, messages are refused at once. Undefined where the
   * driver never waits.
   */
  publishWithin?(
    messages: readonly Message[],
    patienceMs: number,
    signal?: AbortSignal,
  ): Promise<EarlyResult[]>;
  /**
   * Why it can never publish the message, whatever Kafka would say: known without a call, so that
   * such a message is not even parked. Undefined where there is no such reason.
   */
  refusalOf?(message: Message): Extract<PublishResult, { kind: 'rejected' }> | undefined;
  /** Asks whether Kafka would take messages now, as strictly as is possible without writing one. */
  probe(signal?: AbortSignal): Promise<Probe>;
  /**
   * Asks whether messages of one topic would be taken now, for the doctor. Kafka makes
   * a topic that is missing, where it is set to. Undefined where the driver can't tell.
   */
  readonly checkTopic?: (topic: string) => Promise<TopicCheck>;
  /** Undefined where there is nothing to count. */
  readonly stats?: ProducerStats | undefined;
  /** Lets go of every connection. What is in flight fails. */
  close(): Promise<void>;
}
