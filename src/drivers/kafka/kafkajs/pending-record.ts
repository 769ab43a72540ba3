import { type Message, recordHeaders } from '../../../message/message.ts';
import { recordValue } from '../../../message/record-value.ts';
import type { PublishResult } from '../../../ports/publisher.ts';
import { STALLED } from '../stalled.ts';
import type { KafkaRecord } from './topic-producer.ts';

/** Upper bounds for the fixed fields and the lengths in Kafka's record format. */
const RECORD_OVERHEAD_BYTES = 50;
const HEADER_OVERHEAD_BYTES = 6;

/** Receiver of a record's result. `index` is the record's position in its call of `publish`. */
export interface Owner {
  onSettled(pending: PendingRecord, index: number, result: PublishResult): void;
  /** The record was sent, and has no result within the owner's patience. */
  onInDoubt?(index: number): void;
}

/** One-shot completion of a record on its way to Kafka: its first result counts, later ones are ignored. */
export class PendingRecord {
  readonly record: KafkaRecord;
  /** The partition that the client chose. */
  readonly partition: number | undefined;
  /** Upper bound of its size in a request, before compression. */
  readonly bytes: number;
  /** When it was submitted, by the clock's `now`. */
  readonly since: number;
  /** How long its owner waits, in milliseconds; Infinity: as long as it takes. */
  readonly patienceMs: number;
  /** Handed to KafkaJS: it may be written from now on. */
  isSent = false;
  /** An earlier attempt may have written it, whatever a later one answers. */
  isMaybeWritten = false;
  #isInDoubt = false;
  #owner: Owner | undefined;
  readonly #index: number;

  constructor(message: Message, since: number, owner: Owner, index: number, patienceMs = Infinity) {
    this.record = {
      key: message.key === null ? null : Buffer.from(message.key),
      value: recordValue(message),
      headers: recordHeaders(message),
      timestamp: String(message.timestamp),
      partition: -1,
    };
    this.partition = message.partition;
    this.bytes = sizeOf(this.record);
    this.since = since;
    this.patienceMs = patienceMs;
    this.#owner = owner;
    this.#index = index;
  }

  get isSettled(): boolean {
    return this.#owner === undefined;
  }

  /** When its owner's patience ends, by the clock's `now`; Infinity once the owner waits no longer. */
  get lapsesAt(): number {
    return this.#isInDoubt || this.isSettled ? Infinity : this.since + this.patienceMs;
  }

  /** Ends its owner's wait: in doubt if it was sent, else refused and never sent. */
  lapse(): void {
    if (!this.isSent) return this.settle(STALLED);
    this.#isInDoubt = true;
    this.#owner?.onInDoubt?.(this.#index);
  }

  settle(result: PublishResult): void {
    const owner = this.#owner;
    this.#owner = undefined;
    owner?.onSettled(this, this.#index, this.isMaybeWritten ? withDoubt(result) : result);
  }
}

/** A record that may be written is never reported as refused or rejected. */
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
        reason: 'An attempt failed, and there was no time for another',
        maybeWritten: true,
      };
  }
}

function sizeOf({ key, value, headers }: KafkaRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value === null ? 0 : Buffer.byteLength(value));
  for (const name in headers) {
    bytes += HEADER_OVERHEAD_BYTES + Buffer.byteLength(name) + Buffer.byteLength(headers[name] ?? '');
  }
  return bytes;
}
