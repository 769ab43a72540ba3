import type { Message } from '../../message/message.ts';
import type { Limit } from '../../ports/gate.ts';
import { clientOf } from '../client.ts';

/** Who sends a request: a client with an API key or, where none is needed, an address. */
export interface Sender {
  /** Whose rate limit counts the messages. */
  readonly client: string;
  /** Name of the API key. Ids and receipts are its own. Undefined: the sender is an address. */
  readonly owner?: string | undefined;
  /** Topics that its messages may go to. Undefined: all that the service takes. */
  readonly topics?: ReadonlySet<string> | undefined;
  /** Its own rate limit. Undefined: that of all clients. */
  readonly limit?: Limit | undefined;
  /** How its messages may write their values. Undefined: in every way. */
  readonly encodings?: ReadonlySet<string> | undefined;
}

/** Sender without a key. */
export function senderAt(clientAddress: string | undefined): Sender {
  return { client: clientOf(clientAddress) };
}

/** Why a sender may not send a message; undefined if it may. */
export function whyForbidden(
  { topics, encodings }: Sender,
  { topic, encoding }: Pick<Message, 'topic' | 'encoding'>,
): string | undefined {
  const written = encoding ?? 'json';
  if (topics && !topics.has(topic)) return 'The API key is not for this topic';
  if (encodings && !encodings.has(written))
    return `The API key is not for values with the encoding ${written}`;
  return undefined;
}
