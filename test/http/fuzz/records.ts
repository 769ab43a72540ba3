import { Buffer } from 'node:buffer';
import { expect } from 'bun:test';
import type { Message } from '../../../src/message/message.ts';
import { recordValue } from '../../../src/message/record-value.ts';
import { type Meant, NOW } from './model.ts';

export type WrittenRecord = ReturnType<typeof recordOf>;

/** What the driver would write of a message. */
export function recordOf(message: Message | undefined) {
  if (!message) throw new Error('There is no such record, or an entry is no message');
  const { id, topic, key, headers, partition, timestamp } = message;
  const value = recordValue(message);
  return {
    id,
    topic,
    key,
    headers,
    partition,
    timestamp,
    value: typeof value === 'string' ? Buffer.from(value) : value,
  };
}

/** The record that was meant. Where neither the client nor an answer names its id, it may have any. */
export function meantRecord(
  { id, topic, key, headers, partition, timestamp = NOW, value }: Meant,
  toldId?: string,
): WrittenRecord {
  const anyId = expect.any(String) as unknown as string;
  return { id: id ?? toldId ?? anyId, topic, key, headers, partition, timestamp, value };
}
