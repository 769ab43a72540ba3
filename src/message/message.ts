/** How a client wrote the value of a message. */
export const ENCODINGS = ['json', 'text', 'base64'] as const;
type Encoding = (typeof ENCODINGS)[number];

/** Message, validated and complete. It is published as one record, or parked as one entry. */
export interface Message {
  /** Identity of the message throughout; the record carries it as the `spillway-id` header. */
  readonly id: string;
  readonly topic: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text as the client sent it, never parsed and serialised again, so that no digit changes. */
  readonly value: string;
  /**
   * What the value stands for in the record. Undefined: the JSON text itself. `text`: the string without its
   * quotes. `base64`: the bytes of the string. With both, `null` is a record without a value (a tombstone).
   */
  readonly encoding?: Exclude<Encoding, 'json'> | undefined;
  /** The record's partition, where the client chose one. Else the key decides, or the driver. */
  readonly partition?: number | undefined;
  /** Milliseconds since the epoch: the client's time, or that of the acceptance. */
  readonly timestamp: number;
  /** The client left the timestamp out: it is the service's own, and may be replaced. */
  readonly undated?: true;
  /** Name of the API key that it came with. Its id is one of that key's alone. */
  readonly owner?: string | undefined;
}

/** Message with what the gate needs to know. */
export interface Submission {
  readonly message: Message;
  /** The client chose the id: a second message with it is a repeat of the first. */
  readonly hasClientId: boolean;
  /** The client whose rate limit counts the message. */
  readonly client: string;
  /** That client's own limit, in place of the one for all. */
  readonly limit?: { readonly max: number; readonly windowMs: number } | undefined;
}

/** Record header with the message's id, by which consumers recognise duplicates. */
export const ID_HEADER = 'spillway-id';

/** Headers of the record: the client's, and the id. */
export function recordHeaders(message: Message): Record<string, string> {
  return { ...message.headers, [ID_HEADER]: message.id };
}
