import type { Message } from '../../../message/message.ts';
import type { PublishResult, TopicCheck } from '../../../ports/publisher.ts';

/** A request to the proxy. Its path is relative to the address in the settings. */
export interface Ask {
  readonly path: string;
  readonly accept: string;
  /** The body of a POST; undefined for a GET. */
  readonly post?: { readonly contentType: string; readonly body: string };
}

/**
 * Result of one record in a response. `neighbour`: not written, only because another record of its batch was
 * refused. `suspect`: refused, or a neighbour; `result` is what a refusal means for a record sent alone.
 * Undefined: nothing reliable, so the record is in doubt.
 */
export type Item =
  | PublishResult
  | { readonly kind: 'neighbour' }
  | { readonly kind: 'suspect'; readonly result: PublishResult }
  | undefined;

/**
 * A whole request was refused, perhaps for one record, and is to be bisected. `lone` gives the result of a
 * record refused alone, by its text in the request.
 */
export interface Isolate {
  readonly kind: 'isolate';
  readonly lone: (record: string) => PublishResult;
}

/** Messages of one topic that one response can tell apart, by their indices among the topic's messages. */
export interface Lot {
  readonly places: readonly number[];
  /** Target partition; undefined leaves the choice to the proxy. */
  readonly partition?: number | undefined;
}

/**
 * Protocol strategy for one kind of REST proxy: encodes requests and decodes responses, as plain text and
 * data. `read` takes any response, and never throws.
 */
export interface Dialect {
  /** Whether record headers and timestamps reach Kafka. */
  readonly carriesHeaders: boolean;
  /** Whether records without a value reach Kafka. */
  readonly carriesTombstones: boolean;
  /**
   * Discovery of the base path, for paths with a cluster id in them: the request for the id, its place in the
   * response, and its path.
   */
  readonly basePath?: { readonly ask: Ask; find(text: string): string | undefined; of(id: string): string };
  /** Splits messages into lots. Lots may be sent concurrently; the messages of one lot are sent in order. */
  lots(topic: string, messages: readonly Message[]): readonly Lot[];
  /** Encodes one record for a request body. */
  encode(message: Message, partition: number | undefined): string;
  /** The request that writes records, each of them a text from `encode`. */
  produce(topic: string, records: readonly string[], basePath: string): Ask;
  /**
   * Decodes a response: an item for each of `count` records, in order; undefined if it is no response to
   * `produce`.
   */
  read(text: string, count: number, status: number): readonly Item[] | Isolate | undefined;
  /** Receives the results of a topic's messages. */
  onDelivered?(topic: string, messages: readonly Message[], results: readonly PublishResult[]): void;
  /** A request that the proxy answers by asking Kafka, and not from its own memory. */
  probe(topic: string, basePath: string): Ask;
  /** Reads a response to `probe` with status 200 as a check of its topic. */
  check(topic: string, text: string): TopicCheck;
}

/** All messages of a topic in one lot, for proxies that answer a result for each record. */
export const together = (messages: readonly Message[]): readonly Lot[] => [
  { places: messages.map((_, place) => place) },
];
