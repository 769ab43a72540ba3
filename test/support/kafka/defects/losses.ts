import { aMessage } from '../../fakes/messages.ts';
import { ScriptedCluster } from '../scripted-broker/cluster.ts';
import { ErrorCode } from '../scripted-broker/error-code.ts';
import { audit, auditDuplicates, mustBePublished } from './audit.ts';
import { onStage, placed, publish, type Scenario } from './scenario.ts';

const leaderMove: Scenario = {
  defect: 1,
  title: 'partitions move to a broker that has answered already',
  withKafkaJs: { breach: 'acknowledged but absent', detail: /^during[13]: published/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ nodes: 2, topics: { a: { partitions: 4 } } });
    const client = open(cluster.brokers, { retries: 3 });
    cluster.onProduce = ({ node }) => {
      if (node !== 2) return undefined;
      cluster.moveLeader('a', 1, 1);
      cluster.moveLeader('a', 3, 1);
      // By then the other node has answered.
      return { kind: 'answer', delayMs: 50 };
    };
    return onStage(cluster, client, async () => {
      const during = await publish(client, placed('a', 'during', [0, 1, 2, 3], 4));
      const after = await publish(client, placed('a', 'after', [0, 1, 2, 3], 4));
      return [...audit(cluster, [...during, ...after]), ...mustBePublished(after, 'no recovery')];
    });
  },
};

const keylessRetry: Scenario = {
  defect: 2,
  title: 'one of two brokers fails once, and the messages have no key',
  withKafkaJs: { breach: 'acknowledged but absent', detail: /^m\d: published/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ nodes: 2, topics: { a: { partitions: 2 } } });
    const client = open(cluster.brokers, { retries: 3 });
    let failures = 0;
    cluster.onProduce = ({ node }) => {
      if (node !== 2 || failures++ > 0) return undefined;
      return { kind: 'answer', delayMs: 50, errors: { 'a/1': ErrorCode.NOT_ENOUGH_REPLICAS } };
    };
    return onStage(cluster, client, async () => {
      // An odd number: an even one would fall into the same partitions in the second round.
      const messages = Array.from({ length: 9 }, (_, n) => aMessage({ topic: 'a', id: `m${n}` }));
      return audit(cluster, await publish(client, messages));
    });
  },
};

const noSuchPartition: Scenario = {
  defect: 3,
  title: 'a partition that does not exist',
  withKafkaJs: { breach: 'acknowledged but absent', detail: /^far: published/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 2 } } });
    const client = open(cluster.brokers);
    return onStage(cluster, client, async () => {
      const messages = [
        { ...aMessage({ topic: 'a', id: 'far' }), partition: 99 },
        { ...aMessage({ topic: 'a', id: 'negative' }), partition: -1 },
      ];
      return audit(cluster, await publish(client, messages));
    });
  },
};

const omittedPartition: Scenario = {
  defect: 3,
  title: 'an answer that leaves a partition out',
  withKafkaJs: { breach: 'acknowledged but absent', detail: /^m1: published/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 2 } } });
    const client = open(cluster.brokers);
    cluster.onProduce = () => ({ kind: 'answer', omit: ['a/1'] });
    return onStage(cluster, client, async () => {
      return audit(cluster, await publish(client, placed('a', 'm', [0, 1], 2)));
    });
  },
};

const reusedSequence: Scenario = {
  defect: 4,
  title: 'a message is written and not acknowledged, and another one follows',
  withKafkaJs: { breach: 'acknowledged but absent', detail: /^second: published/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 1 } } });
    const client = open(cluster.brokers, { retries: 1, idempotent: true });
    let silent = true;
    cluster.onProduce = () => (silent ? { kind: 'silence' } : undefined);
    return onStage(cluster, client, async () => {
      const first = await publish(client, [aMessage({ topic: 'a', id: 'first' })]);
      silent = false;
      const second = await publish(client, [aMessage({ topic: 'a', id: 'second' })]);
      return audit(cluster, [...first, ...second]);
    });
  },
};

const partialFailure: Scenario = {
  defect: 5,
  title: 'one partition refuses its records, the other one of the same broker takes them',
  withKafkaJs: { breach: 'failed for the fault of another', detail: /^m1: failed, .* larger than the max/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 2 } } });
    const client = open(cluster.brokers);
    cluster.onProduce = () => ({ kind: 'answer', errors: { 'a/0': ErrorCode.MESSAGE_TOO_LARGE } });
    return onStage(cluster, client, async () => {
      const said = await publish(client, placed('a', 'm', [0, 1], 2));
      const neighbour = said.slice(1);
      return [...audit(cluster, said), ...mustBePublished(neighbour, 'failed for the fault of another')];
    });
  },
};

const repeatedNeighbour: Scenario = {
  defect: 5,
  title: 'one partition fails once, the other one of the same broker does not',
  withKafkaJs: { breach: 'written twice', detail: /^m1$/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 2 } } });
    const client = open(cluster.brokers, { retries: 3 });
    let failures = 0;
    cluster.onProduce = ({ partitions }) => {
      if (!partitions.some(({ name }) => name === 'a/0') || failures++ > 0) return undefined;
      return { kind: 'answer', errors: { 'a/0': ErrorCode.NOT_ENOUGH_REPLICAS } };
    };
    return onStage(cluster, client, async () => {
      const said = await publish(client, placed('a', 'm', [0, 1], 2));
      return [...audit(cluster, said), ...auditDuplicates(cluster, said)];
    });
  },
};

/** Messages that were acknowledged and are not there, and what is near to it. */
export const LOSSES: readonly Scenario[] = [
  leaderMove,
  keylessRetry,
  noSuchPartition,
  omittedPartition,
  reusedSequence,
  partialFailure,
  repeatedNeighbour,
];
