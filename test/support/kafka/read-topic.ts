import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin, type IHeaders } from 'kafkajs';
import { until } from '../process/wait.ts';

/** A record as a consumer finds it. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: string;
  /** The bytes of the value in base64; null for a record without one. */
  readonly base64: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: string;
}

/** Reads a topic from its beginning to the end that it has now. */
export async function readTopic(brokers: string[], admin: Admin, topic: string): Promise<ReadRecord[]> {
  // A broker that has just come back leads its partitions one after the other.
  const ends = await until(`the partitions of ${topic} have leaders`, () => admin.fetchTopicOffsets(topic));
  const open = new Map(
    ends.filter(({ low, high }) => low !== high).map((end) => [end.partition, BigInt(end.high)]),
  );
  const records: ReadRecord[] = [];
  if (open.size === 0) return records;
  // With KafkaJS's own patience: the first group of a broker has to wait for its coordinator.
  const kafka = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `read-${randomUUID()}`, maxWaitTimeInMs: 100 });
  const done = Promise.withResolvers<void>();
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch: { partition, messages } }) => {
        for (const { offset, key, value, headers, timestamp } of messages) {
          const text = {
            key: key?.toString() ?? null,
            value: value?.toString() ?? '',
            base64: value?.toString('base64') ?? null,
            headers: toText(headers),
          };
          records.push({ partition, offset, ...text, timestamp });
          if (BigInt(offset) + 1n >= (open.get(partition) ?? 0n)) open.delete(partition);
        }
        if (open.size === 0) done.resolve();
        return Promise.resolve();
      },
    });
    await done.promise;
  } finally {
    await consumer.disconnect();
  }
  return records.toSorted((a, b) => a.partition - b.partition || Number(BigInt(a.offset) - BigInt(b.offset)));
}

function toText(headers: IHeaders = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
