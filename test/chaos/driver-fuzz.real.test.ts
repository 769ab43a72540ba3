import { afterEach, expect, test } from 'bun:test';
import { type Message, ID_HEADER } from '../../src/message/message.ts';
import type { KafkaJsPublisher } from '../../src/drivers/kafka/kafkajs/publisher.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';
import { aMessage } from '../support/fakes/messages.ts';
import { LagMeter } from '../support/process/lag-meter.ts';
import { openKafkaJs } from '../support/kafka/open-kafkajs.ts';
import { Random } from '../support/fakes/seeded-random.ts';
import { ScriptedCluster } from '../support/kafka/scripted-broker/cluster.ts';
import { ErrorCode } from '../support/kafka/scripted-broker/error-code.ts';
import type { ProducedPartition, Reply } from '../support/kafka/scripted-broker/script.ts';
import type { WrittenRecord } from '../support/kafka/scripted-broker/topics.ts';

/** `FUZZ_SEED=17 FUZZ_ROUNDS=50 bun test fuzz` plays other rounds, and more of them. */
const FIRST_SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 3);

const ROUND_MS = 2000;
const DEADLINE_MS = 400;
const RECOVERY_MS = 1000;
const CALLERS = 40;
const KEYS = 12;
const NODES = 3;
const TOPICS = {
  a: { partitions: 3 },
  b: { partitions: 1 },
  c: { partitions: 6 },
  remade: { partitions: 2 },
};
/** Is deleted and made anew, larger or smaller: in its records there is no order. */
const REMADE = 'remade';
const NAMES = Object.keys(TOPICS);
/** What a broker answers to a record with such a value, and to the whole batch that it stands in. */
const BAD_VALUES: Readonly<Record<string, number>> = {
  '"bad"': ErrorCode.INVALID_RECORD,
  '"large"': ErrorCode.MESSAGE_TOO_LARGE,
};
/** Unknown topic, no leader, another leader, too few replicas, full disk. */
const PASSING_ERRORS = [3, 5, 6, 19, 56];

interface Told {
  readonly message: Message;
  /** The place among the messages of its key, in the order in which they were published. */
  readonly sequence: number;
  readonly result: PublishResult;
  readonly tookMs: number;
}

/** One cluster that goes wrong at random, and callers that publish to it and remember what they were told. */
class Round {
  readonly told: Told[] = [];
  /** What stood in a topic that was deleted. */
  readonly deleted: WrittenRecord[] = [];
  readonly #random: Random;
  /** How often something goes wrong: now and then, or nearly always. */
  readonly #misery: number;
  readonly #cluster: ScriptedCluster;
  readonly #publisher: KafkaJsPublisher;
  readonly #sequences = new Map<string, number>();
  #ends = 0;

  constructor(seed: number, cluster: ScriptedCluster, publisher: KafkaJsPublisher) {
    this.#random = new Random(seed);
    this.#misery = this.#random.next() ** 2;
    this.#cluster = cluster;
    this.#publisher = publisher;
  }

  async run(): Promise<void> {
    this.#ends = performance.now() + ROUND_MS;
    this.#cluster.onProduce = ({ partitions }) => this.#toProduce(partitions);
    this.#cluster.onMetadata = () => this.#toOther();
    this.#cluster.onOther = () => this.#toOther();
    const callers = Array.from({ length: CALLERS }, () => this.#call());
    await Promise.all([this.#break(), this.#probe(), ...callers]);
  }

  /** Everything works from now on. */
  async heal(): Promise<void> {
    this.#cluster.onProduce = ({ partitions }) => refusal(partitions);
    this.#cluster.onMetadata = () => undefined;
    this.#cluster.onOther = () => undefined;
    for (const node of this.#cluster.nodes) {
      node.silent = false;
      await node.listen();
    }
  }

  /** Publishes one message; several at once, when this is not awaited, are published in this order. */
  async publish(over: Partial<Message>, signal?: AbortSignal): Promise<Told> {
    const message = aMessage({ ...over, id: crypto.randomUUID() });
    const queue = `${message.topic}/${message.key}`;
    const sequence = this.#sequences.get(queue) ?? 0;
    this.#sequences.set(queue, sequence + 1);
    const began = performance.now();
    const [result, ...others] = await this.#publisher.publish([message], signal);
    if (!result || others.length > 0) throw new Error(`Not one result for ${message.id}`);
    const told = { message, sequence, result, tookMs: performance.now() - began };
    this.told.push(told);
    return told;
  }

  /** A few times: the first call may wait for what was tried before all was well. */
  async publishAgain(over: Partial<Message>): Promise<boolean> {
    for (let tries = 0; tries < 7; tries++) {
      const { result } = await this.publish(over);
      if (result.kind === 'published') return true;
      // A topic that was missing is asked for again after a moment.
      await Bun.sleep(110);
    }
    return false;
  }

  async #call(): Promise<void> {
    const random = this.#random;
    while (performance.now() < this.#ends) {
      const topic = random.pick(NAMES);
      const key = random.chance(0.3) ? null : `k${random.below(KEYS)}`;
      const stop = new AbortController();
      const burst = Array.from({ length: 1 + random.below(8) }, () => {
        const value = random.chance(0.03) ? random.pick(Object.keys(BAD_VALUES)) : '"fine"';
        return this.publish({ topic, key, value }, stop.signal);
      });
      if (random.chance(0.05)) {
        await Bun.sleep(random.below(20));
        stop.abort();
      }
      await Promise.all(burst);
      await Bun.sleep(random.below(20));
    }
  }

  /** As the circuit does, and more often. */
  async #probe(): Promise<void> {
    while (performance.now() < this.#ends) {
      await Bun.sleep(this.#random.below(1500));
      await this.#publisher.probe();
    }
  }

  async #break(): Promise<void> {
    const random = this.#random;
    while (performance.now() < this.#ends) {
      await Bun.sleep(random.below(100 / (this.#misery + 0.05)));
      const node = random.pick(this.#cluster.nodes);
      switch (random.below(9)) {
        case 0:
          node.cut();
          break;
        case 1:
          node.freeze();
          break;
        case 2:
          node.down();
          break;
        case 3:
          node.silent = !node.silent;
          break;
        case 4:
        case 5:
        case 6:
          node.silent = false;
          await node.listen();
          break;
        case 7:
          await this.#remake();
          break;
        default: {
          const topic = random.pick(NAMES);
          const count = this.#cluster.topics.partitions(topic)?.length ?? 0;
          this.#cluster.moveLeader(topic, random.below(count), 1 + random.below(NODES));
        }
      }
    }
  }

  async #remake(): Promise<void> {
    const { topics } = this.#cluster;
    this.deleted.push(...this.#cluster.records(REMADE));
    topics.delete(REMADE);
    await Bun.sleep(this.#random.below(60));
    topics.create(REMADE, 1 + this.#random.below(4));
  }

  #toProduce(partitions: readonly ProducedPartition[]): Reply | undefined {
    return (
      refusal(partitions) ?? (this.#random.chance(0.4 * this.#misery) ? this.#wrong(partitions) : undefined)
    );
  }

  #wrong(partitions: readonly ProducedPartition[]): Reply {
    const random = this.#random;
    const names = partitions.map(({ name }) => name);
    const write = random.chance(0.5);
    switch (random.below(8)) {
      case 0:
        return { kind: 'silence', write };
      case 1:
        return { kind: 'reset', write };
      case 2:
        return { kind: 'end', write };
      case 3:
        return { kind: 'truncate', bytes: random.below(40), write };
      case 4:
        return { kind: 'answer', omit: names };
      case 5:
        return { kind: 'answer', delayMs: random.below(DEADLINE_MS) };
      case 6:
        return { kind: 'answer', throttleMs: random.below(DEADLINE_MS) };
      default:
        return { kind: 'answer', errors: errorsOf(partitions, random.pick(PASSING_ERRORS)) };
    }
  }

  #toOther(): Reply | undefined {
    const random = this.#random;
    if (!random.chance(0.3 * this.#misery)) return undefined;
    switch (random.below(4)) {
      case 0:
        return { kind: 'silence' };
      case 1:
        return { kind: 'reset' };
      case 2:
        return { kind: 'truncate', bytes: random.below(40) };
      default:
        return { kind: 'answer', delayMs: random.below(DEADLINE_MS) };
    }
  }
}

const errorsOf = (partitions: readonly ProducedPartition[], code: number) =>
  Object.fromEntries(partitions.map(({ name }) => [name, code]));

/** As a broker does, it refuses a batch for any record in it, always. */
function refusal(partitions: readonly ProducedPartition[]): Reply | undefined {
  for (const { batch } of partitions) {
    for (const { value } of batch.kind === 'batch' ? batch.batch.records : []) {
      const code = BAD_VALUES[String(value)];
      if (code !== undefined) return { kind: 'answer', errors: errorsOf(partitions, code) };
    }
  }
  return undefined;
}

const idOf = ({ headers }: WrittenRecord) =>
  String(headers.find(({ name }) => name === ID_HEADER)?.value ?? '');

/** What was told and is not so. */
function audit(cluster: ScriptedCluster, { told, deleted }: Round, mostMs: number): string[] {
  const findings: string[] = [];
  const at = new Set<string>();
  const first = new Map<string, WrittenRecord>();
  for (const topic of NAMES) {
    for (const record of [...(topic === REMADE ? deleted : []), ...cluster.records(topic)]) {
      const id = idOf(record);
      at.add(`${topic}/${record.partition}/${record.offset} ${id}`);
      if (!first.has(id)) first.set(id, record);
    }
  }
  for (const { message, result, tookMs } of told) {
    const what = `${message.topic}/${message.key} ${message.id}: ${JSON.stringify(result)}`;
    const present = first.has(message.id);
    if (tookMs > mostMs) findings.push(`late by ${tookMs - mostMs}: ${what}`);
    if (result.kind === (message.value in BAD_VALUES ? 'published' : 'rejected'))
      findings.push(`taken or refused wrongly: ${what}`);
    if (result.kind === 'published') {
      if (!at.has(`${message.topic}/${result.partition}/${result.offset} ${message.id}`))
        findings.push(`not where it was said to be: ${what}`);
    } else if (present && !(result.kind === 'failed' && result.maybeWritten)) {
      findings.push(`written, though it was said not to be: ${what}`);
    }
  }
  return [...findings, ...inversions(told, first)];
}

/** Published messages of one key that stand in another order than they were published. */
function inversions(told: readonly Told[], first: ReadonlyMap<string, WrittenRecord>): string[] {
  const findings: string[] = [];
  const keyed = told.filter(
    ({ message: { topic, key }, result }) => topic !== REMADE && key !== null && result.kind === 'published',
  );
  for (const [queue, some] of Map.groupBy(keyed, ({ message: { topic, key } }) => `${topic}/${key}`)) {
    const offsets = some
      .toSorted((a, b) => a.sequence - b.sequence)
      .map(({ message: { id } }) => first.get(id)?.offset ?? -1);
    for (const [index, offset] of offsets.entries()) {
      if (index > 0 && offset < (offsets[index - 1] ?? 0))
        findings.push(`out of order: ${queue} at ${offset}`);
    }
  }
  return findings;
}

const describeKinds = (told: readonly Told[]) => {
  const kinds = Object.groupBy(told, ({ result: { kind } }) => kind);
  return Object.entries(kinds)
    .map(([kind, some]) => `${some.length} ${kind}`)
    .join(', ');
};

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const seeds = Array.from({ length: ROUNDS }, (_, index) => FIRST_SEED + index);

test.each(seeds)(
  'whatever goes wrong, what is told is so, in time, in order, and it recovers (seed %d)',
  async (seed) => {
    const cluster = await ScriptedCluster.start({ nodes: NODES, topics: TOPICS });
    closers.push(() => cluster.close());
    const publisher = openKafkaJs(cluster.brokers.join(','), {
      timeoutMs: DEADLINE_MS,
      probeTopic: 'a',
      metadataMaxAgeMs: 300,
      maxPendingBytes: 100_000,
    });
    closers.push(() => publisher.close());
    const round = new Round(seed, cluster, publisher);
    const lag = new LagMeter();
    await round.run();
    const mostMs = DEADLINE_MS + 50 + lag.stop();
    await round.heal();
    const healed = performance.now();
    const keys = [null, ...Array.from({ length: KEYS }, (_, index) => `k${index}`)];
    const targets = NAMES.flatMap((topic) => keys.map((key) => ({ topic, key, value: '"fine"' })));
    const recovered = await Promise.all(targets.map((target) => round.publishAgain(target)));
    const tookMs = performance.now() - healed;
    // What was in flight when its caller was told may still arrive, and what was let go of may end.
    await Bun.sleep(2 * DEADLINE_MS);
    const findings = audit(cluster, round, mostMs);
    for (const [index, isPublished] of recovered.entries())
      if (!isPublished) findings.push(`no recovery: ${JSON.stringify(targets[index])}`);
    if (tookMs > RECOVERY_MS) findings.push(`recovered in ${tookMs} ms`);
    const connections = () => cluster.nodes.reduce((sum, node) => sum + node.connections, 0);
    // Of each topic: one to each node, and the one by which the line was opened.
    if (connections() > NAMES.length * (NODES + 1)) findings.push(`${connections()} connections are left`);
    await publisher.close();
    await Bun.sleep(100);
    if (connections() > 0) findings.push(`${connections()} connections are left after it was closed`);
    if (publisher.stats.pendingBytes !== 0)
      findings.push(`${publisher.stats.pendingBytes} bytes seem to wait`);
    console.log(`Seed ${seed}: ${describeKinds(round.told)}; ${publisher.stats.connects} lines`);
    expect(findings).toEqual([]);
  },
  30_000,
);
