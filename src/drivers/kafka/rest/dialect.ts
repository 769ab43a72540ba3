import type { Message } from '../../../accept/message.ts';
import type { PublishResult, TopicCheck } from '../../../ports/publisher.ts';

/** A request to the proxy: its path begins below the address in the settings. */
export interface Ask {
  readonly path: string;
  readonly accept: string;
  /** Undefined: a GET. */
  readonly post?: { readonly contentType: string; readonly body: string };
}

/**
 * What an answer says of one record. `neighbour`: it was not written only because it shared a batch with
 * a record that was refused. `suspect`: it was refused, or was a neighbour; `result` is what the refusal
 * means for one that was alone. Undefined: nothing that can be relied upon.
 */
export type Item =
  | PublishResult
  | { readonly kind: 'neighbour' }
  | { readonly kind: 'suspect'; readonly result: PublishResult }
  | undefined;

/**
 * All were refused, for the sake of one of them perhaps: each half is to be tried without the other. `lone`
 * is what it means for a record that was alone, as it stood in the request.
 */
export interface Isolate {
  readonly kind: 'isolate';
  readonly lone: (record: string) => PublishResult;
}

/** Messages of one topic that one answer can tell apart, by their places among those of the topic. */
export interface Lot {
  readonly places: readonly number[];
  /** Where they go, if that is not left to the proxy. */
  readonly partition?: number | undefined;
}

/**
 * How one kind of proxy is spoken to. Everything in it is plain text and plain data: `read` takes
 * whatever a server may answer, and never throws.
 */
export interface Dialect {
  /** Whether a record's headers and time reach Kafka. */
  readonly carriesHeaders: boolean;
  /** Where paths stand below something with the id of a cluster in it: how to ask for the id, and its path. */
  readonly home?: { readonly ask: Ask; find(text: string): string | undefined; of(id: string): string };
  /** Lots may be sent side by side; the messages of one go in order. */
  lots(topic: string, messages: readonly Message[]): readonly Lot[];
  /** One record as it stands in a request. */
  encode(message: Message, partition: number | undefined): string;
  /** Writes records, which all came from `encode`. */
  produce(topic: string, records: readonly string[], home: string): Ask;
  /** An item for each of `count` records, in order; undefined if the text is no answer to `produce`. */
  read(text: string, count: number, status: number): readonly Item[] | Isolate | undefined;
  /** Hears what became of messages of a topic. */
  onDelivered?(topic: string, messages: readonly Message[], results: readonly PublishResult[]): void;
  /** Asks Kafka, through the proxy, for something that is not in the proxy's own memory. */
  probe(topic: string, home: string): Ask;
  /** What an answer to `probe`, with status 200, says of its topic. */
  check(topic: string, text: string): TopicCheck;
}

/** All messages of a topic in one lot: each record has a result of its own. */
export const together = (messages: readonly Message[]): readonly Lot[] => [
  { places: messages.map((_, place) => place) },
];
