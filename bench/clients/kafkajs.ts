import type kafkajs from 'kafkajs';
import type { Connect } from '../client.ts';
import { inBatches, makeMessages, nth, toKafkaJs } from '../records.ts';

/** The environment variable that says where the KafkaJS without the patch is. */
export const PLAIN_KAFKAJS = 'BENCH_PLAIN_KAFKAJS';

/** A producer of the KafkaJS that npm delivers, with its own defaults. */
export async function plainProducer(brokers: string[]): Promise<kafkajs.Producer> {
  const path = process.env[PLAIN_KAFKAJS];
  if (!path) throw new Error(`Set ${PLAIN_KAFKAJS} to the directory of a KafkaJS without the patch`);
  const { default: plain } = (await import(path)) as { default: typeof kafkajs };
  const kafka = new plain.Kafka({ brokers, logLevel: plain.logLevel.NOTHING });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return producer;
}

/** KafkaJS as it comes. */
export const connect: Connect = async ({ brokers, topic }) => {
  const producer = await plainProducer(brokers);
  const messages = makeMessages(topic).map(toKafkaJs);
  const batches = inBatches(messages);
  return {
    one: async (n) => {
      await producer.send({ topic, acks: -1, messages: [nth(messages, n)] });
    },
    batch: async (n) => {
      await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages: nth(batches, n) }] });
    },
  };
};
