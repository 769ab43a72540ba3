import { toBase64 } from './base64.ts';

interface MessageFields {
  /**
   * Identity of the message, up to 255 characters. Choose one that a later run of your program would choose
   * again (`order-1042-paid`), so that what it sends again is recognised. By default a random UUID.
   */
  readonly id?: string | undefined;
  /** By default the topic that the service is set to. */
  readonly topic?: string | undefined;
  /** Messages with the same key go to the same partition. */
  readonly key?: string | null | undefined;
  /** Headers of the record. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds since the epoch. By default the time at which the service accepts the message. */
  readonly timestamp?: number | undefined;
  /** By default the key decides. */
  readonly partition?: number | undefined;
}

/**
 * Message to be sent. Without `encoding` the record holds `value` as JSON, or its bytes if it is a `Uint8Array`.
 * With `text` it holds the string, and with `base64` the bytes that the string stands for. `null` is a record
 * without a value (a tombstone) with these two, and the JSON text `null` otherwise.
 */
export type Message = MessageFields &
  (
    | { readonly value: unknown; readonly encoding?: 'json' | undefined }
    | { readonly value: string | null; readonly encoding: 'text' }
    | { readonly value: string | Uint8Array | null; readonly encoding: 'base64' }
  );

/** JSON text of a message, in one line. Throws a TypeError for what JSON cannot express: cycles and bigints. */
export function encodeMessage(message: Message, id: string): string {
  const { value } = message;
  if (!(value instanceof Uint8Array)) return JSON.stringify({ ...message, id });
  return JSON.stringify({ ...message, id, value: toBase64(value), encoding: 'base64' });
}
