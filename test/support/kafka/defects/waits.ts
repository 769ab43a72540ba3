import { aMessage } from '../../fakes/messages.ts';
import { ScriptedCluster } from '../scripted-broker/cluster.ts';
import { audit, type Finding, mustBePublished } from './audit.ts';
import { onStage, publish, type Scenario } from './scenario.ts';

/** Well above what any single wait of a client may take here. */
const DEADLINE_MS = 1000;

const throttled: Scenario = {
  title: 'the broker throttles its client for longer than a call may take',
  withKafkaJs: { breach: 'late', detail: /ms$/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 1 } } });
    const client = open(cluster.brokers);
    cluster.onProduce = ({ index }) => {
      return index === 0 ? { kind: 'answer', throttleMs: DEADLINE_MS + 300 } : undefined;
    };
    return onStage(cluster, client, async () => {
      const before = await publish(client, [aMessage({ topic: 'a', id: 'before' })]);
      const begin = performance.now();
      const said = await publish(client, [aMessage({ topic: 'a', id: 'throttled' })]);
      const took = Math.round(performance.now() - begin);
      const late: Finding[] = took > DEADLINE_MS ? [{ breach: 'late', detail: `${took} ms` }] : [];
      return [...late, ...audit(cluster, [...before, ...said])];
    });
  },
};

const metadataLock: Scenario = {
  title: 'metadata goes silent when a new topic is asked for',
  withKafkaJs: {
    breach: 'failed for the fault of another',
    detail: /^known\d: failed, (Timeout while acquiring lock|Request Metadata.* timed out)/,
  },
  async play(open) {
    const topics = { known: { partitions: 1 }, fresh: { partitions: 1 } };
    const cluster = await ScriptedCluster.start({ topics });
    const client = open(cluster.brokers);
    return onStage(cluster, client, async () => {
      const before = await publish(client, [aMessage({ topic: 'known', id: 'before' })]);
      cluster.onMetadata = () => ({ kind: 'silence' });
      const fresh = publish(client, [aMessage({ topic: 'fresh', id: 'fresh' })]);
      const known = await Promise.all(
        [1, 2, 3].map((n) => publish(client, [aMessage({ topic: 'known', id: `known${n}` })])),
      );
      const findings = mustBePublished(known.flat(), 'failed for the fault of another');
      return [...findings, ...audit(cluster, [...before, ...(await fresh), ...known.flat()])];
    });
  },
};

/** Calls that wait for what is not theirs. */
export const WAITS: readonly Scenario[] = [throttled, metadataLock];
