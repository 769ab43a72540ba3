import { setTimeout as sleep } from 'node:timers/promises';
import { aMessage } from '../../fakes/messages.ts';
import { ScriptedCluster } from '../scripted-broker/cluster.ts';
import { audit, mustBePublished } from './audit.ts';
import type { Client } from './client.ts';
import { onStage, publish, type Scenario } from './scenario.ts';

const one = (id: string) => [aMessage({ topic: 'a', id })];

/** The dependency is well again: the first try may find it out, the second one has to succeed. */
async function recovers(client: Client) {
  await publish(client, one('finds out'));
  return mustBePublished(await publish(client, one('after')), 'no recovery');
}

const zombieSocket: Scenario = {
  defect: 6,
  title: 'a connection goes silent for good, and a new one would work',
  withKafkaJs: { breach: 'no recovery', detail: /^after: failed, .* timed out/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 1 } } });
    const client = open(cluster.brokers);
    return onStage(cluster, client, async () => {
      const before = await publish(client, one('before'));
      cluster.node(1).freeze();
      const findings = [...mustBePublished(before, 'no recovery'), ...(await recovers(client))];
      return [...findings, ...audit(cluster, before)];
    });
  },
};

const halfAnAnswer: Scenario = {
  defect: 7,
  title: 'half an answer and then a reset',
  withKafkaJs: { breach: 'crash', detail: /RangeError/ },
  mayCrash: true,
  async play(open) {
    const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 1 } } });
    const client = open(cluster.brokers);
    // The rest is taken from the next connection: its frame's length is then read from a zero.
    cluster.onProduce = ({ index }) => (index === 0 ? { kind: 'truncate', bytes: -8 } : undefined);
    return onStage(cluster, client, async () => {
      const cut = await publish(client, one('cut'));
      return [...(await recovers(client)), ...audit(cluster, cut)];
    });
  },
};

const failedConnect: Scenario = {
  defect: 8,
  title: 'the first connect fails after the TCP connection is up',
  withKafkaJs: { breach: 'no recovery', detail: /^after: failed, Broker not connected/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 1 } } });
    const client = open(cluster.brokers);
    let well = false;
    cluster.onOther = () => (well ? undefined : { kind: 'silence' });
    return onStage(cluster, client, async () => {
      const first = await publish(client, one('first'));
      well = true;
      return [...(await recovers(client)), ...audit(cluster, first)];
    });
  },
};

const maskedError: Scenario = {
  defect: 11,
  title: 'a broker writes, resets the connection and refuses new ones',
  withKafkaJs: { breach: 'said absent but written', detail: /^m: failed, .* ECONNREFUSED/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 1 } } });
    const client = open(cluster.brokers);
    cluster.onProduce = () => {
      cluster.node(1).refuse();
      return { kind: 'reset' };
    };
    return onStage(cluster, client, async () => audit(cluster, await publish(client, one('m'))));
  },
};

const IDLE_MS = 100;

const negativeTimer: Scenario = {
  defect: 12,
  title: 'nothing to do after a message was sent',
  withKafkaJs: { breach: 'busy while idle', detail: /timers were set/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 1 } } });
    const client = open(cluster.brokers);
    return onStage(cluster, client, async () => {
      const said = await publish(client, one('m'));
      const timers = await countTimers(IDLE_MS);
      const busy = timers > IDLE_MS / 10 ? [`${timers} timers were set within ${IDLE_MS} ms`] : [];
      return [
        ...audit(cluster, said),
        ...busy.map((detail) => ({ breach: 'busy while idle', detail }) as const),
      ];
    });
  },
};

/** The number of timers that any code sets within `ms` milliseconds. */
async function countTimers(ms: number): Promise<number> {
  const real = globalThis.setTimeout;
  let count = 0;
  const counting = (...args: Parameters<typeof real>) => {
    count++;
    return real(...args);
  };
  globalThis.setTimeout = Object.assign(counting, real);
  try {
    await sleep(ms);
    return count;
  } finally {
    globalThis.setTimeout = real;
  }
}

/** Connections that break, and what a client makes of it. */
export const CONNECTIONS: readonly Scenario[] = [
  zombieSocket,
  halfAnAnswer,
  failedConnect,
  maskedError,
  negativeTimer,
];
