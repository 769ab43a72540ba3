import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Host, LocalHost } from '../process/host.ts';
import { run } from '../process/install.ts';
import { kafkaJars } from './jars.ts';
import { tempDir } from '../process/temp-dir.ts';

export type Properties = Readonly<Record<string, string>>;

export interface KafkaNode {
  readonly id: number;
  /** The controllers' ports, by the id of their node; this node's own is among them. */
  readonly controllers: Readonly<Record<number, number>>;
  /** Where clients come in, by the listener's name. `PLAINTEXT` must be there: brokers talk over it. */
  readonly listeners: Readonly<Record<string, { readonly port: number; readonly protocol: string }>>;
  /** The address to listen on. */
  readonly address: string;
}

/** The settings of a node, broker and controller in one, that is soon back after it was killed. */
export function nodeProperties({ id, controllers, listeners, address }: KafkaNode): Properties {
  const entries = Object.entries(listeners);
  const at = (host: string) => entries.map(([name, { port }]) => `${name}://${host}:${port}`).join(',');
  const voters = Object.entries(controllers).map(([node, port]) => `${node}@127.0.0.1:${port}`);
  const replicas = String(voters.length);
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': voters.join(','),
    listeners: `${at(address)},CONTROLLER://127.0.0.1:${controllers[id]}`,
    'advertised.listeners': at('127.0.0.1'),
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': [
      'CONTROLLER:PLAINTEXT',
      ...entries.map(([name, { protocol }]) => `${name}:${protocol}`),
    ].join(','),
    'num.partitions': '3',
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    // Messages of tests have times of their own, older than a week.
    'log.retention.ms': '-1',
    // The default makes a broker wait 9 s until its own earlier life counts as over.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '500',
  };
}

/** A node as a process of this machine. `scram` is users for `StorageTool --add-scram`. */
export async function localNode(
  properties: Properties,
  { heapMb = 512, scram = [] }: { heapMb?: number; scram?: readonly string[] } = {},
): Promise<Host> {
  const jars = await kafkaJars();
  const { path } = tempDir();
  const file = join(path, 'server.properties');
  writeFileSync(file, toFile({ ...properties, 'log.dirs': join(path, 'data') }));
  const command = [
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    `-Xmx${heapMb}m`,
    '-cp',
    join(jars, '*'),
  ];
  const users = scram.flatMap((user) => ['--add-scram', user]);
  const tool = ['kafka.tools.StorageTool', 'format', '-t', 'spillwaySpillwayspilA', '-c', file];
  await run(['java', ...command, ...tool, ...users]);
  return new LocalHost(['java', ...command, 'kafka.Kafka', file], path);
}

function toFile(properties: Properties): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${escaped(value)}\n`)
    .join('');
}

/** Java's form: a line break within a value would end it. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
