import type { Admin } from 'kafkajs';
import { freePort } from '../process/free-port.ts';
import type { Host } from '../process/host.ts';
import { hasLeaders, withAdmin } from './admin.ts';
import { electPreferredLeader } from './elect-leader.ts';
import { localNode, nodeProperties } from './node.ts';
import { readTopic, type ReadRecord } from './read-topic.ts';
import { until } from '../process/wait.ts';

export type NodeId = 1 | 2 | 3;

const NODES: readonly NodeId[] = [1, 2, 3];

interface Node {
  readonly host: Host;
  readonly broker: string;
}

/**
 * Three real nodes, each a broker and a controller: any two go on without the third. A topic has a
 * replica on each, and exists only if a test made it.
 */
export class KafkaCluster {
  readonly brokers: string;
  readonly #nodes: Readonly<Record<NodeId, Node>>;
  /** Those that run and are not frozen: only they are asked. */
  readonly #awake = new Set<NodeId>();

  constructor(nodes: Readonly<Record<NodeId, Node>>) {
    this.#nodes = nodes;
    this.brokers = NODES.map((id) => nodes[id].broker).join(',');
  }

  /** Starts one node, or all; ready means that all nodes that run know each other and every partition has a leader. */
  async start(...ids: NodeId[]): Promise<void> {
    const started = ids.length > 0 ? ids : NODES;
    await Promise.all(started.map((id) => this.#nodes[id].host.start()));
    for (const id of started) this.#awake.add(id);
    await until('the cluster leads its partitions', () => this.#admin(hasLeaders), { timeoutMs: 60_000 });
    for (const id of started) {
      const isMember = async (admin: Admin) => {
        const { brokers } = await admin.describeCluster();
        return brokers.some(({ nodeId }) => nodeId === id);
      };
      await until(`node ${id} is a member`, () => this.#admin(isMember), { timeoutMs: 60_000 });
    }
  }

  /** As a power cut. The others take its partitions over within about three seconds. */
  async kill(id: NodeId): Promise<void> {
    this.#awake.delete(id);
    await this.#nodes[id].host.kill();
  }

  /** Frozen, with its connections open. */
  async pause(id: NodeId): Promise<void> {
    this.#awake.delete(id);
    await this.#nodes[id].host.pause();
  }

  async resume(id: NodeId): Promise<void> {
    await this.#nodes[id].host.resume();
    this.#awake.add(id);
  }

  async stop(): Promise<void> {
    await Promise.all(NODES.map((id) => this.kill(id)));
  }

  /** `minInsync`: with fewer replicas in step, Kafka refuses to write. */
  async createTopic(
    topic: string,
    { partitions = 3, minInsync = 2 }: { partitions?: number; minInsync?: number } = {},
  ): Promise<void> {
    const configEntries = [{ name: 'min.insync.replicas', value: String(minInsync) }];
    const described = { topic, numPartitions: partitions, replicationFactor: 3, configEntries };
    // A node that does not know the topic yet ends the wait for its leaders.
    await until(`${topic} is made`, () =>
      this.#admin(async (admin) => {
        await admin.createTopics({ topics: [described], waitForLeaders: true });
        return true;
      }),
    );
  }

  async deleteTopic(topic: string): Promise<void> {
    await this.#admin((admin) => admin.deleteTopics({ topics: [topic] }));
  }

  /** Makes a topic larger. */
  async addPartitions(topic: string, { to }: { to: number }): Promise<void> {
    await this.#admin((admin) => admin.createPartitions({ topicPartitions: [{ topic, count: to }] }));
    await until(`${topic} has ${to} partitions`, async () => {
      const partitions = await this.#partitions(topic);
      return partitions.length === to && partitions.every(({ leader }) => leader >= 0);
    });
  }

  /** Hands a partition over to another node, both being well; all its replicas stay where they are. */
  async moveLeader(topic: string, partition: number, to: NodeId): Promise<void> {
    const replicas = [to, ...NODES.filter((id) => id !== to)];
    const topics = [{ topic, partitionAssignment: [{ partition, replicas }] }];
    await this.#admin((admin) => admin.alterPartitionReassignments({ topics }));
    await until(`node ${to} leads ${topic}/${partition}`, async () => {
      await electPreferredLeader(this.#nodes[to].broker, topic, partition);
      return (await this.leaderOf(topic, partition)) === to;
    });
  }

  /** -1 while it has none. */
  async leaderOf(topic: string, partition: number): Promise<number> {
    const partitions = await this.#partitions(topic);
    return partitions.find(({ partitionId }) => partitionId === partition)?.leader ?? -1;
  }

  /** The nodes whose replica is in step. */
  async inSync(topic: string, partition: number): Promise<readonly number[]> {
    const partitions = await this.#partitions(topic);
    return partitions.find(({ partitionId }) => partitionId === partition)?.isr ?? [];
  }

  /** Every record of the topic, partition by partition. */
  read(topic: string): Promise<ReadRecord[]> {
    return this.#admin((admin) => readTopic(this.brokers.split(','), admin, topic));
  }

  /** Asked anew until it is answered: KafkaJS may get stuck on a node that has just gone. */
  #partitions(topic: string) {
    return until(`the metadata of ${topic}`, async () => {
      const { topics } = await this.#admin((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
      return topics[0]?.partitions;
    });
  }

  #admin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const awake = [...this.#awake].map((id) => this.#nodes[id].broker);
    return withAdmin(awake.join(','), work, { retries: 3, requestTimeout: 3000 });
  }
}

/** Starts it as processes of this machine. */
export async function startCluster(): Promise<KafkaCluster> {
  const controllers = { 1: await freePort(), 2: await freePort(), 3: await freePort() };
  const start = async (id: NodeId): Promise<Node> => {
    const port = await freePort();
    const listeners = { PLAINTEXT: { port, protocol: 'PLAINTEXT' } };
    const properties = nodeProperties({ id, controllers, listeners, address: '127.0.0.1' });
    const host = await localNode(
      { ...properties, 'auto.create.topics.enable': 'false', 'auto.leader.rebalance.enable': 'false' },
      { heapMb: 320 },
    );
    return { host, broker: `127.0.0.1:${port}` };
  };
  const [one, two, three] = await Promise.all([start(1), start(2), start(3)]);
  const cluster = new KafkaCluster({ 1: one, 2: two, 3: three });
  await cluster.start();
  return cluster;
}
