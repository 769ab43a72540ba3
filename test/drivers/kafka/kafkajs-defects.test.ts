import { describe, expect, test } from 'bun:test';
import { audit } from '../../support/defects/audit.ts';
import { PlainKafkaJs } from '../../support/defects/plain-kafkajs.ts';
import { playInChild } from '../../support/defects/play-in-child.ts';
import { openKafkaJs } from '../../support/open-kafkajs.ts';
import { onStage, placed, publish } from '../../support/defects/scenario.ts';
import { SCENARIOS } from '../../support/defects/scenarios.ts';
import { ScriptedCluster } from '../../support/scripted-broker/cluster.ts';

const open = (...settings: ConstructorParameters<typeof PlainKafkaJs>) => new PlainKafkaJs(...settings);

// What this driver has to be better at: a scenario that plain KafkaJS came through would prove nothing.
describe('plain KafkaJS breaks its word:', () => {
  for (const { defect, title, withKafkaJs, mayCrash, play } of SCENARIOS) {
    const { breach, detail } = withKafkaJs;
    test(`${defect ?? '-'}. ${title}: ${breach}`, async () => {
      const findings = mayCrash ? await playInChild(title) : await play(open);
      expect(findings).toContainEqual({ breach, detail: expect.stringMatching(detail) });
    });
  }

  test('each of the twelve defects is shown', () => {
    const shown = new Set(SCENARIOS.map(({ defect }) => defect));
    shown.delete(undefined);
    expect([...shown]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test('and keeps it where nothing is wrong', async () => {
    const cluster = await ScriptedCluster.start({ nodes: 2, topics: { a: { partitions: 4 } } });
    const client = open(cluster.brokers);
    const findings = await onStage(cluster, client, async () => {
      const said = await publish(client, placed('a', 'm', [0, 1, 2, 3, 0], 4));
      expect(said.map(([, { kind }]) => kind)).toEqual(Array.from({ length: 5 }, () => 'published'));
      expect(cluster.records('a').map(({ partition }) => partition)).toEqual([0, 0, 1, 2, 3]);
      return audit(cluster, said);
    });
    expect(findings).toEqual([]);
  });
});

describe('the driver holds:', () => {
  for (const { defect, title, play } of SCENARIOS) {
    test(`${defect ?? '-'}. ${title}`, async () => {
      const findings = await play((brokers) =>
        openKafkaJs(brokers.join(','), { timeoutMs: 400, probeTopic: 'a' }),
      );
      expect(findings).toEqual([]);
    });
  }
});
