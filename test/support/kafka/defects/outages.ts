import { aMessage } from '../../fakes/messages.ts';
import { ScriptedCluster } from '../scripted-broker/cluster.ts';
import { blackholePort } from '../../http/blackholed-port.ts';
import { audit, type Finding, mustBePublished } from './audit.ts';
import type { OpenClient } from './client.ts';
import { onStage, publish } from './scenario.ts';

/** A way for Kafka to be away. */
export interface Outage {
  readonly title: string;
  /** Brings it about, and answers how it ends. */
  readonly begin: (
    cluster: ScriptedCluster,
  ) => Promise<() => Promise<void> | void> | (() => Promise<void> | void);
}

const RECOVERY_MS = 1000;
/** What a busy machine may add. */
const TOLERANCE_MS = 500;

const script = (part: 'onProduce' | 'onMetadata' | 'onOther', reply: ScriptedCluster['onProduce']) => {
  return (cluster: ScriptedCluster) => {
    cluster[part] = reply;
    return () => {
      cluster[part] = () => undefined;
    };
  };
};

/** With the connections that are open gone too, so that new ones have to be made. */
const withoutConnections = (begin: Outage['begin']): Outage['begin'] => {
  return (cluster) => {
    cluster.node(1).cut();
    return begin(cluster);
  };
};

/** Every way that is known to hold a client up, or to leave it stuck. */
export const OUTAGES: readonly Outage[] = [
  {
    title: 'the broker is gone and its port refuses',
    begin: (cluster) => {
      const node = cluster.node(1);
      node.down();
      return () => node.listen();
    },
  },
  {
    title: 'the way to the broker swallows every SYN',
    begin: async (cluster) => {
      const node = cluster.node(1);
      node.down();
      const close = await blackholePort(node.port);
      return async () => {
        await close();
        await node.listen();
      };
    },
  },
  {
    title: 'the broker is frozen: it accepts and answers nothing, on old connections and new ones',
    begin: (cluster) => {
      const node = cluster.node(1);
      node.freeze();
      node.silent = true;
      return () => {
        node.silent = false;
      };
    },
  },
  { title: 'produce requests are never answered', begin: script('onProduce', () => ({ kind: 'silence' })) },
  {
    title: 'produce requests are written and never answered',
    begin: script('onProduce', () => ({ kind: 'silence', write: true })),
  },
  {
    title: 'metadata requests are never answered',
    begin: withoutConnections(script('onMetadata', () => ({ kind: 'silence' }))),
  },
  {
    title: 'the handshake is never answered',
    begin: withoutConnections(script('onOther', () => ({ kind: 'silence' }))),
  },
  {
    title: 'the broker throttles for a minute',
    begin: script('onProduce', () => ({ kind: 'answer', throttleMs: 60_000 })),
  },
  { title: 'every answer breaks off', begin: script('onProduce', () => ({ kind: 'truncate', bytes: 9 })) },
  { title: 'every call ends with a RST', begin: script('onProduce', () => ({ kind: 'reset' })) },
  { title: 'every call ends with a FIN', begin: script('onProduce', () => ({ kind: 'end' })) },
  {
    title: 'every call is written and ends with a RST',
    begin: script('onProduce', () => ({ kind: 'reset', write: true })),
  },
  {
    title: 'the partition has no leader',
    begin: (cluster) => {
      cluster.moveLeader('a', 0, -1);
      cluster.onProduce = () => ({ kind: 'answer', errors: { 'a/0': 6 } });
      return () => {
        cluster.moveLeader('a', 0, 1);
        cluster.onProduce = () => undefined;
      };
    },
  },
  {
    title: 'too few replicas are in step',
    begin: script('onProduce', () => ({ kind: 'answer', errors: { 'a/0': 19 } })),
  },
  {
    title: 'the disk of the broker is full',
    begin: script('onProduce', () => ({ kind: 'answer', errors: { 'a/0': 56 } })),
  },
];

/**
 * Publishes before, in and after an outage. None may wait longer than `deadlineMs`, what was told of
 * each has to be so, and the first one afterwards has to be published within a second.
 */
export async function playOutage(
  { begin }: Outage,
  deadlineMs: number,
  open: OpenClient,
): Promise<Finding[]> {
  const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 1 } } });
  const client = open(cluster.brokers);
  return onStage(cluster, client, async () => {
    const findings: Finding[] = [];
    const within = async (id: string, ms: number) => {
      const began = performance.now();
      const said = await publish(client, [aMessage({ topic: 'a', id })]);
      const took = Math.round(performance.now() - began);
      if (took > ms + TOLERANCE_MS) findings.push({ breach: 'late', detail: `${id}: ${took} ms` });
      return said;
    };
    const before = await within('before', deadlineMs);
    const end = await begin(cluster);
    const meanwhile = [...(await within('first', deadlineMs)), ...(await within('second', deadlineMs))];
    await end();
    const after = await within('after', RECOVERY_MS);
    findings.push(...mustBePublished([...before, ...after], 'no recovery'));
    return [...findings, ...audit(cluster, [...before, ...meanwhile, ...after])];
  });
}
