import kafkajs from 'kafkajs';
import { DockerHost, dockerHas } from '../process/docker.ts';
import { freePort } from '../process/free-port.ts';
import { type Host, RestorableHost } from '../process/host.ts';
import { hasLeaders, withAdmin } from './admin.ts';
import { canRunKafka } from './jars.ts';
import { localNode, nodeProperties } from './node.ts';
import { readTopic, type ReadRecord } from './read-topic.ts';
import { until } from '../process/wait.ts';

const IMAGE = 'apache/kafka:4.1.1';
const TOPIC = kafkajs.ConfigResourceTypes.TOPIC;

/** A Kafka broker that is all the tests' own. */
export class KafkaService {
  readonly brokers: string;
  readonly #host: RestorableHost | undefined;

  constructor(brokers: string, host?: Host) {
    this.brokers = brokers;
    this.#host = host && new RestorableHost(host);
  }

  /** Ready means that every partition has its leader: Kafka listens long before it takes records. */
  async start(): Promise<void> {
    await this.#host?.start();
    await until('Kafka leads its partitions', () => withAdmin(this.brokers, hasLeaders), {
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

  /** Runs and answers again, whatever a test has left it in. */
  async restore(): Promise<void> {
    if (this.#host?.state === 'paused') await this.resume();
    if (this.#host?.state === 'stopped') await this.start();
  }

  async stop(): Promise<void> {
    await this.#host?.kill();
  }

  async createTopic(
    topic: string,
    { partitions = 3, config = {} }: { partitions?: number; config?: Record<string, string> } = {},
  ): Promise<void> {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await withAdmin(this.brokers, async (admin) => {
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
    return withAdmin(this.brokers, (admin) => readTopic(this.brokers.split(','), admin, topic));
  }
}

/** Why no Kafka can be had here; undefined if one can. */
export async function kafkaMissing(): Promise<string | undefined> {
  if (process.env['TEST_KAFKA_BROKERS'] || canRunKafka()) return undefined;
  return (await dockerHas(IMAGE))
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
  const inDocker = await dockerHas(IMAGE);
  const properties = {
    ...nodeProperties({
      id: 1,
      controllers: { 1: inDocker ? 9093 : await freePort() },
      listeners: { PLAINTEXT: { port, protocol: 'PLAINTEXT' } },
      address: inDocker ? '0.0.0.0' : '127.0.0.1',
    }),
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertisedPort}`,
  };
  if (!inDocker) return localNode(properties);
  const { GenericContainer } = await import('testcontainers');
  const settings = Object.entries({ ...properties, 'log.dirs': '/tmp/kafka-data' });
  const container = new GenericContainer(IMAGE)
    .withExposedPorts({ container: port, host: port })
    .withEnvironment(
      Object.fromEntries(
        settings.map(([key, value]) => [`KAFKA_${key.toUpperCase().replaceAll('.', '_')}`, value]),
      ),
    );
  return new DockerHost(container);
}
