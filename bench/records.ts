import { randomUUID } from 'node:crypto';
import { ID_HEADER, type Message } from '../src/message/message.ts';

/** How many records a batch of a caller's own has. */
export const BATCH = 500;

const BATCHES = 8;
const VALUE_BYTES = 200;

/**
 * What every contender writes: made beforehand, so that making them is in nobody's figures. Each has
 * a key of its own, or all have the one that is given.
 */
export function makeMessages(topic: string, oneKey?: string): Message[] {
  const timestamp = Date.now();
  return Array.from({ length: BATCH * BATCHES }, (_, index) => {
    const start = `{"index":${index},"text":"`;
    const value = `${start.padEnd(VALUE_BYTES - 2, 'spillway ')}"}`;
    return { id: randomUUID(), topic, key: oneKey ?? `key-${index}`, headers: {}, value, timestamp };
  });
}

/** The record as KafkaJS takes it, with all that the driver's record has. */
export function toKafkaJs({ id, key, value, timestamp }: Message) {
  return { key, value, headers: { [ID_HEADER]: id }, timestamp: String(timestamp) };
}

/** The nth of them, over and over. */
export function nth<T>(items: readonly T[], n: number): T {
  const item = items[n % items.length];
  if (item === undefined) throw new Error('There is nothing to send');
  return item;
}

/** Cuts them into batches. */
export function inBatches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: items.length / BATCH }, (_, i) => items.slice(i * BATCH, (i + 1) * BATCH));
}
