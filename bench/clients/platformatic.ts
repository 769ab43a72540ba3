import { ProduceAcks, Producer, stringSerializers } from '@platformatic/kafka';
import { ID_HEADER } from '../../src/message/message.ts';
import type { Connect } from '../client.ts';
import { inBatches, makeMessages, nth } from '../records.ts';

/** The other client in TypeScript, with a checksum in native code. */
export const connect: Connect = ({ brokers: bootstrapBrokers, topic }) => {
  const producer = new Producer({
    clientId: 'bench',
    bootstrapBrokers,
    serializers: stringSerializers,
    autocreateTopics: false,
    acks: ProduceAcks.ALL,
  });
  const messages = makeMessages(topic).map(({ id, key, value, timestamp }) => ({
    topic,
    key: key ?? '',
    value,
    headers: { [ID_HEADER]: id },
    timestamp: BigInt(timestamp),
  }));
  const batches = inBatches(messages);
  const send = async (some: typeof messages) => {
    await producer.send({ acks: ProduceAcks.ALL, messages: some });
  };
  return Promise.resolve({
    one: (n) => send([nth(messages, n)]),
    batch: (n) => send(nth(batches, n)),
  });
};
