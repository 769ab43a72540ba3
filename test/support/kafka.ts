import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs, { type Admin } from 'kafkajs';
import { DockerHost, dockerAnswers } from './docker.ts';
import { freePort } from './free-port.ts';
import { type Host, LocalHost } from './host.ts';
import { run } from './install.ts';
import { canRunKafka, kafkaJars } from './kafka-jars.ts';
import { readTopic, type ReadRecord } from './kafka-read.ts';
import { tempDir } from './temp-dir.ts';
import { until } from './wait.ts';

const TOPIC = kafkajs.ConfigResourceTypes.TOPIC;

/** A Kafka broker that is all the tests' own. */
export class KafkaService {
  readonly brokers: string;
  readonly #host: Host | undefined;
  readonly #kafka: kafkajs.Kafka;

  constructor(brokers: string, host?: Host) {
    this.brokers = brokers;
    this.#host = host;
    this.#kafka = new kafkajs.Kafka({
      brokers: brokers.split(','),
      logLevel: kafkajs.logLevel.NOTHING,
      connectionTimeout: 1000,
      retry: { retries: 0 },
    });
  }

  /** Ready means that every partition has its leader: Kafka listens long before it takes records. */
  async start(): Promise<void> {
    await this.#host?.start();
    await until('Kafka leads its partitions', () => this.#admin(hasLeaders), {
      timeoutMs: 60_000,
      everyMs: 200,
    });
  }

  async kill(): Promise<void> {
    await this.#host?.kill();
  }

  async pause(): Promise<void> {
    await this.#host?.pause();
  }

  async resume(): Promise<void> {
    await this.#host?.resume();
  }

  async stop(): Promise<void> {
    await this.#host?.kill();
  }

  async createTopic(
    topic: string,
    { partitions = 3, config = {} }: { partitions?: number; config?: Record<string, string> } = {},
  ): Promise<void> {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await this.#admin(async (admin) => {
      await admin.createTopics({
        topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }],
        waitForLeaders: true,
      });
      // Afterwards: Kafka does not make a topic that could not be written, and some tests want one.
      if (configEntries.length > 0)
        await admin.alterConfigs({
          validateOnly: false,
          resources: [{ type: TOPIC, name: topic, configEntries }],
        });
    });
  }

  /** Every record of the topic, partition by partition. */
  read(topic: string): Promise<ReadRecord[]> {
    return this.#admin((admin) => readTopic(this.brokers.split(','), admin, topic));
  }

  async #admin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      return await work(admin);
    } finally {
      await admin.disconnect().catch(() => {});
    }
  }
}

async function hasLeaders(admin: Admin): Promise<boolean> {
  const { topics } = await admin.fetchTopicMetadata();
  const { brokers } = await admin.describeCluster();
  return (
    brokers.length > 0 && topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
  );
}

/** Why no Kafka can be had here; undefined if one can. */
export async function kafkaMissing(): Promise<string | undefined> {
  if (process.env['TEST_KAFKA_BROKERS'] || canRunKafka()) return undefined;
  return (await dockerAnswers())
    ? undefined
    : 'no Kafka: needs TEST_KAFKA_BROKERS, Docker, or Java 17 and Maven';
}

interface KafkaPorts {
  readonly port?: number;
  /** Where the broker sends its clients: to itself, or to a proxy in front of it. */
  readonly advertisedPort?: number;
}

export async function startKafka(ports: KafkaPorts = {}): Promise<KafkaService> {
  const port = ports.port ?? (await freePort());
  const host = await kafkaHost(port, ports.advertisedPort ?? port);
  const service = new KafkaService(`127.0.0.1:${port}`, host);
  await service.start();
  return service;
}

async function kafkaHost(port: number, advertisedPort: number): Promise<Host> {
  if (await dockerAnswers()) {
    const { GenericContainer } = await import('testcontainers');
    const settings = Object.entries({
      ...properties(port, 9093, '/tmp/kafka-data', '0.0.0.0'),
      ...advertised(advertisedPort),
    });
    const container = new GenericContainer('apache/kafka:4.1.1')
      .withExposedPorts({ container: port, host: port })
      .withEnvironment(
        Object.fromEntries(
          settings.map(([key, value]) => [`KAFKA_${key.toUpperCase().replaceAll('.', '_')}`, value]),
        ),
      );
    return new DockerHost(container);
  }
  const jars = await kafkaJars();
  const { path } = tempDir();
  const settings = Object.entries({
    ...properties(port, await freePort(), join(path, 'data'), '127.0.0.1'),
    ...advertised(advertisedPort),
  });
  const file = join(path, 'server.properties');
  writeFileSync(file, settings.map(([key, value]) => `${key}=${value}\n`).join(''));
  const java = [
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
  ];
  const command = [...java, '-Xmx512m', '-cp', join(jars, '*')];
  await run([
    'java',
    ...command,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    'spillwaySpillwayspilA',
    '-c',
    file,
  ]);
  return new LocalHost(['java', ...command, 'kafka.Kafka', file], path);
}

function advertised(port: number): Record<string, string> {
  return { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}` };
}

/** One node, broker and controller in one, that is soon back after it was killed. */
function properties(
  port: number,
  controllerPort: number,
  data: string,
  address: string,
): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://${address}:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': data,
    'num.partitions': '3',
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    // The default makes a broker wait 9 s until its own earlier life counts as over.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '500',
  };
}
