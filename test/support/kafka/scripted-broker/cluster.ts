import { setTimeout as sleep } from 'node:timers/promises';
import { Answers, type Secret } from './answers.ts';
import type { Delivery } from './connection.ts';
import { ErrorCode } from './error-code.ts';
import { Node } from './node.ts';
import * as protocol from './protocol.ts';
import { API, type ApiName, type Reply, type Script } from './script.ts';
import { Topics, type WrittenRecord } from './topics.ts';
import { Reader } from './wire.ts';

interface ClusterOptions {
  readonly nodes?: number;
  readonly topics?: Readonly<Record<string, { readonly partitions: number }>>;
  /** The one user of SASL PLAIN, which is offered where it is set. */
  readonly sasl?: Secret;
}

/**
 * A Kafka cluster of the test's own, in this process, for what a real broker won't do on command.
 * It speaks enough for a producer, keeps what was written, and otherwise does as its script says.
 */
export class ScriptedCluster {
  readonly topics: Topics;
  readonly nodes: readonly Node[];
  /** Decide about each request of their kind; `onOther` about handshakes and producer ids. */
  onProduce: Script = () => undefined;
  onMetadata: Script = () => undefined;
  onOther: Script = () => undefined;
  readonly #answers: Answers;
  readonly #counts = new Map<ApiName, number>();

  private constructor({ nodes = 1, topics = {}, sasl }: ClusterOptions) {
    this.topics = new Topics(nodes);
    for (const [topic, { partitions }] of Object.entries(topics)) this.topics.create(topic, partitions);
    const ids = Array.from({ length: nodes }, (_, index) => index + 1);
    this.nodes = ids.map((id) => new Node(id, (request) => this.#serve(id, request)));
    this.#answers = new Answers(this.topics, this.nodes, sasl);
  }

  static async start(options: ClusterOptions = {}): Promise<ScriptedCluster> {
    const cluster = new ScriptedCluster(options);
    for (const node of cluster.nodes) await node.listen();
    return cluster;
  }

  /** `host:port` of each node. */
  get brokers(): string[] {
    return this.nodes.map(({ port }) => `127.0.0.1:${port}`);
  }

  /** How many requests of an API came in. */
  requests(api: ApiName): number {
    return this.#counts.get(api) ?? 0;
  }

  node(id: number): Node {
    const node = this.nodes[id - 1];
    if (!node) throw new Error(`There is no node ${id}`);
    return node;
  }

  /** From now on that node takes the partition's records; the one before answers NOT_LEADER_OR_FOLLOWER. */
  moveLeader(topic: string, partition: number, node: number): void {
    const found = this.topics.partition(topic, partition);
    if (!found) throw new Error(`There is no ${topic}/${partition}`);
    found.leader = node;
  }

  /** What stands in a topic, whatever was said of it. */
  records(topic: string): WrittenRecord[] {
    return (this.topics.partitions(topic) ?? []).flatMap(({ records }) => records);
  }

  close(): void {
    for (const node of this.nodes) node.down();
  }

  async #serve(node: number, bytes: Buffer): Promise<Delivery> {
    const reader = new Reader(bytes);
    const { api, key, version, correlationId } = protocol.readHead(reader);
    if (api === undefined) {
      if (key !== API.ApiVersions.key) return { kind: 'reset' };
      const body = protocol.apiVersions(0, ErrorCode.UNSUPPORTED_VERSION);
      return { kind: 'send', frame: protocol.answer(correlationId, body) };
    }
    const produce = api === 'Produce' ? protocol.readProduce(reader) : undefined;
    const partitions = produce?.partitions ?? [];
    const index = this.requests(api);
    this.#counts.set(api, index + 1);
    const reply = (await this.#script(api)({ api, node, index, partitions })) ?? { kind: 'answer' };
    if (reply.kind === 'answer' && reply.delayMs !== undefined) await sleep(reply.delayMs);
    const body =
      api === 'Produce'
        ? this.#answers.produce(node, partitions, reply)
        : this.#answers.other(api, version, reader, reply);
    // With acks=0 the client does not want to hear of it.
    return produce?.acks === 0 ? { kind: 'nothing' } : deliver(reply, protocol.answer(correlationId, body));
  }

  #script(api: ApiName): Script {
    if (api === 'Produce') return this.onProduce;
    return api === 'Metadata' ? this.onMetadata : this.onOther;
  }
}

function deliver(reply: Reply, frame: Buffer): Delivery {
  switch (reply.kind) {
    case 'answer':
      return { kind: 'send', frame };
    case 'silence':
      return { kind: 'nothing' };
    case 'reset':
      return { kind: 'reset' };
    case 'end':
      return { kind: 'end' };
    case 'truncate':
      return { kind: 'reset', frame: frame.subarray(0, reply.bytes) };
  }
}
