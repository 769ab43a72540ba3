import kafkajs from 'kafkajs';
import type { Connect } from '../client.ts';
import { inBatches, makeMessages, nth, toKafkaJs } from '../records.ts';

const PARTITIONS = 3;

/** The patched KafkaJS with nothing around it, the partition given: the least that the driver can cost. */
export const connect: Connect = async ({ brokers, topic }) => {
  const kafka = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 0 } });
  const producer = kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 0 } });
  await producer.connect();
  const byPartition = Array.from({ length: PARTITIONS }, (_, partition) =>
    inBatches(makeMessages(topic).map((message) => Object.assign(toKafkaJs(message), { partition }))),
  );
  const send = async (messages: kafkajs.Message[]) => {
    await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] });
  };
  return {
    one: (n) => send(nth(nth(byPartition, n), n).slice(0, 1)),
    batch: (n) => send(nth(nth(byPartition, n), n)),
  };
};
