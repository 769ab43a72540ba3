import type { Message } from '../../../../src/message/message.ts';
import { aMessage } from '../../fakes/messages.ts';
import { ScriptedCluster } from '../scripted-broker/cluster.ts';
import { audit, mustBePublished } from './audit.ts';
import { onStage, publish, type Scenario } from './scenario.ts';

/** A message that has no form in Kafka stands between two that have one. */
function amongOthers(title: string, odd: Message, error: RegExp): Scenario {
  return {
    defect: 10,
    title,
    withKafkaJs: { breach: 'failed for the fault of another', detail: error },
    async play(open) {
      const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 1 } } });
      const client = open(cluster.brokers);
      const [left, right] = [aMessage({ topic: 'a', id: 'left' }), aMessage({ topic: 'a', id: 'right' })];
      return onStage(cluster, client, async () => {
        const said = await publish(client, [left, odd, right]);
        const neighbours = said.filter(([message]) => message !== odd);
        const findings = mustBePublished(neighbours, 'failed for the fault of another');
        return [...findings, ...audit(cluster, said)];
      });
    },
  };
}

/** Types forbid these; what comes from elsewhere, as out of a list, may hold them all the same. */
const odd = (over: object): Message => ({ ...aMessage({ topic: 'a', id: 'odd' }), ...over });

const alteredBytes: Scenario = {
  defect: 10,
  title: 'bytes that are no Buffer',
  withKafkaJs: { breach: 'acknowledged but altered', detail: /7 became 55/ },
  async play(open) {
    const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 1 } } });
    const client = open(cluster.brokers);
    const bytes = Uint8Array.of(7);
    return onStage(cluster, client, async () => {
      const said = await publish(client, [odd({ value: bytes })]);
      const altered = cluster.records('a').filter(({ value }) => !value?.equals(bytes));
      const findings = altered.map(({ value }) => {
        return { breach: 'acknowledged but altered', detail: `The byte 7 became ${value?.[0]}` } as const;
      });
      return [...findings, ...audit(cluster, said)];
    });
  },
};

/** Messages that are not what their types say. */
export const ENCODING: readonly Scenario[] = [
  amongOthers('a header that is null', odd({ headers: { none: null } }), /^left: failed, .* Received null/),
  amongOthers('a value that is a number', odd({ value: 5 }), /^left: failed, .* Received type number/),
  amongOthers(
    'several bytes that are no Buffer',
    odd({ value: Uint8Array.of(1, 2, 3) }),
    /^left: failed, .* failed the validation/,
  ),
  alteredBytes,
];
