import type { Message } from '../../src/message/message.ts';
import { openKafkaJs } from '../../test/support/kafka/open-kafkajs.ts';
import type { Connect } from '../client.ts';
import { inBatches, makeMessages, nth } from '../records.ts';

/** Spillway's own driver. */
export const connect: Connect = ({ brokers, topic }) => {
  const publisher = openKafkaJs(brokers.join(','), { probeTopic: topic, timeoutMs: 10_000 });
  const messages = makeMessages(topic);
  const batches = inBatches(messages);

  async function publish(some: readonly Message[]): Promise<void> {
    for (const result of await publisher.publish(some)) {
      if (result.kind !== 'published') throw new Error(`Not published: ${JSON.stringify(result)}`);
    }
  }
  return Promise.resolve({
    one: (n) => publish([nth(messages, n)]),
    batch: (n) => publish(nth(batches, n)),
  });
};
