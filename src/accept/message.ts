/** One message, checked and complete: what is published, and what is parked. */
export interface Message {
  /** Stays with the message wherever it goes; the record carries it as the `spillway-id` header. */
  readonly id: string;
  readonly topic: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON text as the client sent it: never parsed and written again, so that no digit changes. */
  readonly value: string;
  /** Milliseconds since the epoch: the client's, or when the message was accepted. */
  readonly timestamp: number;
}

/** A message as it stands at the gate. */
export interface Submission {
  readonly message: Message;
  /** The client chose the id: a second one with it is the same message, sent again. */
  readonly named: boolean;
  /** Whose limit the message counts against. */
  readonly client: string;
}

/** The header by which consumers recognise a record that was written twice. */
export const ID_HEADER = 'spillway-id';

/** What the record in Kafka carries: the client's headers and the id. */
export function recordHeaders(message: Message): Record<string, string> {
  return { ...message.headers, [ID_HEADER]: message.id };
}
