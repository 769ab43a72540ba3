import { type Message, recordHeaders } from '../../accept/message.ts';
import type { PublishResult } from '../../ports/publisher.ts';
import type { KafkaRecord } from './line.ts';

/** Kafka's own fields of a record and the lengths of the others, at most. */
const RECORD_OVERHEAD_BYTES = 50;
const HEADER_OVERHEAD_BYTES = 6;

/**
 * Whether every part of a message is the text that its type says. KafkaJS throws at anything else,
 * for the whole batch, or writes something else in its place.
 */
export function isEncodable({ key, value, headers }: Message): boolean {
  const texts: unknown[] = [key ?? '', value, ...Object.values(headers)];
  return texts.every((text) => typeof text === 'string');
}

/** A record on its way to Kafka. It gets its result once; whatever comes later is not heard. */
export class Pending {
  readonly record: KafkaRecord;
  /** What it takes up in a request, before compression; never less than it really is. */
  readonly bytes: number;
  /** When it was handed in, by the clock's `now`. */
  readonly since: number;
  /** Handed to KafkaJS: from now on it may be written. */
  isSent = false;
  #settle: ((result: PublishResult) => void) | undefined;

  constructor(message: Message, since: number, settle: (result: PublishResult) => void) {
    const key = message.key === null ? null : Buffer.from(message.key);
    const headers = recordHeaders(message);
    this.record = {
      key,
      value: message.value,
      headers,
      timestamp: String(message.timestamp),
      partition: -1,
    };
    let bytes = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + Buffer.byteLength(message.value);
    for (const name in headers) {
      bytes += HEADER_OVERHEAD_BYTES + Buffer.byteLength(name) + Buffer.byteLength(headers[name] ?? '');
    }
    this.bytes = bytes;
    this.since = since;
    this.#settle = settle;
  }

  get isSettled(): boolean {
    return this.#settle === undefined;
  }

  settle(result: PublishResult): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(result);
  }
}
