import { clientOf } from './client.ts';

/** Who sends a request: a client with an API key, or, where none is needed, an address. */
export interface Sender {
  /** Whose rate limit counts the messages. */
  readonly client: string;
  /** Name of the API key. Ids and receipts are its own. Undefined: the sender is an address. */
  readonly owner?: string | undefined;
}

/** Sender without a key. */
export function senderAt(clientAddress: string | undefined): Sender {
  return { client: clientOf(clientAddress) };
}
