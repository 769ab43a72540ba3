import type { logCreator } from 'kafkajs';
import { classify } from '../errors.ts';
import { TopicProducer, type ProducerSettings } from './topic-producer.ts';

/** Which leaders of a topic can be reached from here. */
export interface Reach {
  readonly reached: number;
  /** The error of each of the others, with its address. */
  readonly outOfReach: readonly string[];
}

/** The part of a metadata response, as KafkaJS decodes it, that tells where the leaders are. */
interface Metadata {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  readonly topicMetadata: readonly { readonly partitionMetadata: readonly { readonly leader: number }[] }[];
}

/**
 * Opens a connection to each leader of a topic, with its handshake: bootstrap brokers may answer while the
 * addresses in `advertised.listeners`, to which records go, are out of reach. Writes nothing. Throws KafkaJS's
 * errors if `seed` does not answer.
 */
export async function reachLeaders(settings: ProducerSettings, seed: string, topic: string): Promise<Reach> {
  const addresses = await leaderAddresses(settings, seed, topic);
  const failures = await Promise.all(addresses.map((address) => connectionFailure(settings, address, topic)));
  const outOfReach = failures.filter((reason) => reason !== undefined);
  return { reached: addresses.length - outOfReach.length, outOfReach };
}

async function leaderAddresses(settings: ProducerSettings, seed: string, topic: string): Promise<string[]> {
  let metadata: Metadata | undefined;
  // The log is the one place in which KafkaJS shows the addresses before it connects to them.
  const listen: logCreator =
    () =>
    ({ log }) => {
      if (log.message.startsWith('Response Metadata')) metadata = log['data'] as Metadata | undefined;
    };
  const producer = new TopicProducer(settings, seed, topic, listen);
  try {
    await producer.connect();
    await producer.loadMetadata();
  } finally {
    producer.destroy();
  }
  if (!metadata) return [];
  const leaders = new Set(
    metadata.topicMetadata.flatMap(({ partitionMetadata }) => partitionMetadata.map(({ leader }) => leader)),
  );
  return metadata.brokers
    .filter(({ nodeId }) => leaders.has(nodeId))
    .map(({ host, port }) => `${host}:${port}`);
}

/** Undefined if the broker answers, else why not, with its address. */
async function connectionFailure(
  settings: ProducerSettings,
  address: string,
  topic: string,
): Promise<string | undefined> {
  const producer = new TopicProducer(settings, address, topic);
  try {
    await producer.connect();
    return undefined;
  } catch (error) {
    const { reason } = classify(error, 'opening').result;
    return reason.includes(address) ? reason : `${reason} (${address})`;
  } finally {
    producer.destroy();
  }
}
