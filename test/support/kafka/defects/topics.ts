import { setTimeout as sleep } from 'node:timers/promises';
import { aMessage } from '../../fakes/messages.ts';
import { ScriptedCluster } from '../scripted-broker/cluster.ts';
import { ErrorCode } from '../scripted-broker/error-code.ts';
import { audit, mustBePublished } from './audit.ts';
import { onStage, publish, type Scenario } from './scenario.ts';

const one = (topic: string, id: string) => [aMessage({ topic, id })];
const TOPICS = { good: { partitions: 1 }, bad: { partitions: 1 } };

const leaderless: Scenario = {
  defect: 9,
  title: 'one topic has no leader',
  withKafkaJs: { breach: 'failed for the fault of another', detail: /^after: failed, There is no leader/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ topics: TOPICS });
    cluster.moveLeader('bad', 0, -1);
    const client = open(cluster.brokers);
    return onStage(cluster, client, async () => {
      const before = await publish(client, one('good', 'before'));
      const bad = await publish(client, one('bad', 'leaderless'));
      const after = await publish(client, one('good', 'after'));
      const findings = mustBePublished(after, 'failed for the fault of another');
      return [...findings, ...audit(cluster, [...before, ...bad, ...after])];
    });
  },
};

/** Metadata that is read anew every few minutes is read anew at once here. */
const METADATA_MAX_AGE_MS = 20;

/** A topic that was written to goes bad, in the way given. */
function spoiled(title: string, error: RegExp, spoil: (cluster: ScriptedCluster) => void): Scenario {
  return {
    defect: 9,
    title,
    withKafkaJs: { breach: 'failed for the fault of another', detail: error },
    async play(open) {
      const cluster = await ScriptedCluster.start({ topics: TOPICS });
      const client = open(cluster.brokers, { metadataMaxAge: METADATA_MAX_AGE_MS });
      return onStage(cluster, client, async () => {
        const before = await publish(client, [...one('good', 'before'), ...one('bad', 'before too')]);
        spoil(cluster);
        await sleep(METADATA_MAX_AGE_MS + 10);
        const bad = await publish(client, one('bad', 'spoiled'));
        const after = await publish(client, one('good', 'after'));
        const findings = mustBePublished(after, 'failed for the fault of another');
        return [
          ...findings,
          ...audit(cluster, [...bad, ...after]),
          ...mustBePublished(before, 'no recovery'),
        ];
      });
    },
  };
}

/** One topic that goes bad, and its neighbours. */
export const TOPIC_TROUBLE: readonly Scenario[] = [
  leaderless,
  spoiled('a topic is deleted', /^after: failed, This server does not host/, ({ topics }) =>
    topics.delete('bad'),
  ),
  spoiled('the right to a topic is revoked', /^after: failed, Not authorized/, ({ topics }) => {
    topics.errors.set('bad', ErrorCode.TOPIC_AUTHORIZATION_FAILED);
  }),
];
