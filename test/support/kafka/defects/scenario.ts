import type { Message } from '../../../../src/message/message.ts';
import kafkajs from 'kafkajs';
import { aMessage } from '../../fakes/messages.ts';
import type { ScriptedCluster } from '../scripted-broker/cluster.ts';
import type { Breach, Finding, Said } from './audit.ts';
import type { Client, OpenClient } from './client.ts';

/** A situation that brings a known defect out, and the truth by which a client is judged. */
export interface Scenario {
  /** One of KafkaJS's twelve known defects, several scenarios may show it; absent for a limit that is none of them. */
  readonly defect?: number;
  readonly title: string;
  /** What plain KafkaJS does here, and the words by which its finding is known. */
  readonly withKafkaJs: { readonly breach: Breach; readonly detail: RegExp };
  /** It may bring the whole process down: to be run in one of its own. */
  readonly mayCrash?: boolean;
  /** Plays it with a client, and answers the breaches; none means that the client held. */
  readonly play: (open: OpenClient) => Promise<Finding[]>;
}

/** Publishes, and remembers what was said of each message. */
export async function publish(client: Client, messages: readonly Message[]): Promise<Said> {
  const results = await client.publish(messages);
  return messages.map((message, index) => {
    const result = results[index];
    if (!result) throw new Error(`Nothing was said of ${message.id}`);
    return [message, result] as const;
  });
}

/** Runs with a client of its own on a cluster of its own, and cleans up after both. */
export async function onStage(
  cluster: ScriptedCluster,
  client: Client,
  act: () => Promise<Finding[]>,
): Promise<Finding[]> {
  try {
    return await act();
  } finally {
    cluster.close();
    await client.close();
  }
}

/** Messages with the ids `prefix0`, `prefix1`, … that go to the partitions given, chosen by their key. */
export function placed(topic: string, prefix: string, partitions: readonly number[], of: number): Message[] {
  return partitions.map((partition, index) => {
    return aMessage({ topic, id: `${prefix}${index}`, key: keyFor(partition, of) });
  });
}

/** A key that Java's partitioner puts into this partition, of `of` in all. */
function keyFor(partition: number, of: number): string {
  const pick = kafkajs.Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: of }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
  for (let number = 0; ; number++) {
    const key = `k${number}`;
    const message = { key, value: '' };
    if (pick({ topic: '', partitionMetadata, message }) === partition) return key;
  }
}
