import { type Message, recordHeaders } from '../../accept/message.ts';
import type { PublishResult } from '../../ports/publisher.ts';
import type { KafkaRecord } from './line.ts';

/** Kafka's own fields of a record and the lengths of the others, at most. */
const RECORD_OVERHEAD_BYTES = 50;
const HEADER_OVERHEAD_BYTES = 6;

/** The one who hears what became of a record; `index` is the record's, among its own. */
export interface Owner {
  onSettled(pending: Pending, index: number, result: PublishResult): void;
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
  /** An earlier try may have written it, whatever becomes of the later ones. */
  isInDoubt = false;
  #owner: Owner | undefined;
  readonly #index: number;

  constructor(message: Message, since: number, owner: Owner, index: number) {
    this.record = {
      key: message.key === null ? null : Buffer.from(message.key),
      value: message.value,
      headers: recordHeaders(message),
      timestamp: String(message.timestamp),
      partition: -1,
    };
    this.bytes = sizeOf(this.record);
    this.since = since;
    this.#owner = owner;
    this.#index = index;
  }

  get isSettled(): boolean {
    return this.#owner === undefined;
  }

  settle(result: PublishResult): void {
    const owner = this.#owner;
    this.#owner = undefined;
    owner?.onSettled(this, this.#index, this.isInDoubt ? withDoubt(result) : result);
  }
}

/** What may be written is never told to be refused, nor to be absent. */
function withDoubt(result: PublishResult): PublishResult {
  switch (result.kind) {
    case 'published':
      return result;
    case 'failed':
      return { ...result, maybeWritten: true };
    case 'rejected':
      return { kind: 'failed', blame: 'topic', reason: result.reason, maybeWritten: true };
    case 'refused':
      return {
        kind: 'failed',
        blame: 'caller',
        reason: 'A try failed, and another came too late',
        maybeWritten: true,
      };
  }
}

function sizeOf({ key, value, headers }: KafkaRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + Buffer.byteLength(value);
  for (const name in headers) {
    bytes += HEADER_OVERHEAD_BYTES + Buffer.byteLength(name) + Buffer.byteLength(headers[name] ?? '');
  }
  return bytes;
}
