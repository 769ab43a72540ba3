import type { Message } from '../../../message/message.ts';
import type { PublishResult } from '../../../ports/publisher.ts';
import { classifyCode } from '../errors.ts';
import type { Dialect, Isolate, Item, Lot } from './dialect.ts';
import { isPlace, membersOf } from './json.ts';
import { checkNames } from './topics.ts';
import { get, offsetsOf, produceV2, recordOf } from './v2.ts';

/**
 * Kafka's error codes. The proxy retries on its own, so the final error may hide an earlier attempt that
 * wrote.
 */
const CODES: Readonly<Record<number, string>> = {
  [-1]: 'UNKNOWN',
  2: 'CORRUPT_MESSAGE',
  3: 'UNKNOWN_TOPIC_OR_PARTITION',
  5: 'LEADER_NOT_AVAILABLE',
  6: 'NOT_LEADER_FOR_PARTITION',
  7: 'REQUEST_TIMED_OUT',
  9: 'REPLICA_NOT_AVAILABLE',
  10: 'MESSAGE_TOO_LARGE',
  17: 'INVALID_TOPIC_EXCEPTION',
  18: 'RECORD_LIST_TOO_LARGE',
  19: 'NOT_ENOUGH_REPLICAS',
  20: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  29: 'TOPIC_AUTHORIZATION_FAILED',
  31: 'CLUSTER_AUTHORIZATION_FAILED',
  32: 'INVALID_TIMESTAMP',
  43: 'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  44: 'POLICY_VIOLATION',
  56: 'KAFKA_STORAGE_ERROR',
  57: 'LOG_DIR_NOT_FOUND',
  58: 'SASL_AUTHENTICATION_FAILED',
  87: 'INVALID_RECORD',
  89: 'THROTTLING_QUOTA_EXCEEDED',
};
/** Errors that rule out a write by any attempt. */
const CERTAIN = new Set([3, 29, 31, 58]);
/** Base64 length of a record above Redpanda's default batch limit (1 MiB). */
const TOO_LARGE_CHARS = 1_400_000;

/**
 * Dialect of Redpanda's HTTP Proxy. It answers one offset for each partition, so a request has to hold
 * records of one partition only: those of one key, or keyless ones, which follow an earlier one (sticky
 * partition).
 */
export class Redpanda implements Dialect {
  readonly carriesHeaders = false;
  readonly carriesTombstones = false;
  /** Topic → a partition that is known to exist. */
  readonly #partitions = new Map<string, number>();

  lots(topic: string, messages: readonly Message[]): readonly Lot[] {
    const keyed = new Map<string, number[]>();
    const keyless: number[] = [];
    for (const [place, { key }] of messages.entries()) {
      // The proxy takes an empty key for none.
      if (!key) keyless.push(place);
      else if (!keyed.get(key)?.push(place)) keyed.set(key, [place]);
    }
    const lots: Lot[] = [...keyed.values()].map((places) => ({ places }));
    // The proxy chooses the first record's partition, which the next keyless records then follow.
    if (keyless.length > 0) lots.push({ places: keyless.slice(0, 1) });
    if (keyless.length > 1)
      lots.push({ places: keyless.slice(1), partition: this.#partitions.get(topic) ?? 0 });
    return lots;
  }

  encode(message: Message, partition: number | undefined): string {
    return JSON.stringify(recordOf(message, partition));
  }

  readonly produce = produceV2;

  read(text: string, count: number): readonly Item[] | Isolate | undefined {
    const offsets = offsetsOf(text);
    if (!offsets) return undefined;
    const unknown = Array<Item>(count).fill(undefined);
    if (offsets.length !== 1) return unknown;
    const { partition, offset, error_code: code } = membersOf(offsets[0]);
    if (typeof code === 'number' && code !== 0) return readCode(code, count);
    if (!isPlace(partition) || !isPlace(offset)) return unknown;
    return unknown.map((_, index) => ({ kind: 'published', partition, offset: String(offset + index) }));
  }

  /** The list of topics is the one response that always comes from Kafka. */
  probe = () => get('/topics');

  readonly check = checkNames;

  onDelivered(topic: string, messages: readonly Message[], results: readonly PublishResult[]): void {
    for (const [place, result] of results.entries()) {
      if (messages[place]?.key) continue;
      if (result.kind === 'published') this.#partitions.set(topic, result.partition);
      else this.#partitions.delete(topic);
      return;
    }
  }
}

/**
 * Classifies an error code. The proxy batches records of several requests together: the refused record may be
 * in another one.
 */
function readCode(code: number, count: number): readonly Item[] | Isolate {
  const { result } = classifyCode(CODES[code] ?? `Kafka's error ${code}`, 'sending');
  if (result.kind === 'failed') {
    const failed = { ...result, maybeWritten: !CERTAIN.has(code) };
    return Array.from({ length: count }, () => failed);
  }
  const waits: PublishResult = { kind: 'failed', blame: 'topic', reason: result.reason, maybeWritten: false };
  const isTooLarge = result.cause === 'too-large';
  return {
    kind: 'isolate',
    lone: (record) => (isTooLarge && record.length > TOO_LARGE_CHARS ? result : waits),
  };
}
