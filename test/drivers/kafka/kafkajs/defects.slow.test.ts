import { afterAll, describe, expect, test } from 'bun:test';
import { audit, type Finding } from '../../../support/kafka/defects/audit.ts';
import type { OpenClient } from '../../../support/kafka/defects/client.ts';
import { OUTAGES, playOutage } from '../../../support/kafka/defects/outages.ts';
import { PlainKafkaJs } from '../../../support/kafka/defects/plain-kafkajs.ts';
import { playInChild } from '../../../support/kafka/defects/play-in-child.ts';
import { aMessage } from '../../../support/fakes/messages.ts';
import { openKafkaJs } from '../../../support/kafka/open-kafkajs.ts';
import { onStage, placed, publish } from '../../../support/kafka/defects/scenario.ts';
import { SCENARIOS } from '../../../support/kafka/defects/scenarios.ts';
import { ScriptedCluster } from '../../../support/kafka/scripted-broker/cluster.ts';

const open = (...settings: ConstructorParameters<typeof PlainKafkaJs>) => new PlainKafkaJs(...settings);

type TestRunner = (title: string, run: () => Promise<void>) => void;

/** Most of the time is waiting; only the timers of an idle client are counted with nobody else around. */
const runnerOf = (defect: number | undefined): TestRunner => (defect === 12 ? test : test.concurrent);

// What this driver has to be better at: a scenario that plain KafkaJS came through would prove nothing.
describe('plain KafkaJS breaks its word:', () => {
  for (const { defect, title, withKafkaJs, mayCrash, play } of SCENARIOS) {
    const { breach, detail } = withKafkaJs;
    runnerOf(defect)(`${defect ?? '-'}. ${title}: ${breach}`, async () => {
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

const DEADLINE_MS = 400;
const openDriver: OpenClient = (brokers) =>
  openKafkaJs(brokers.join(','), { timeoutMs: DEADLINE_MS, probeTopic: 'a' });

describe('the driver holds:', () => {
  const held: string[] = [];

  const holds = (title: string, play: () => Promise<readonly Finding[]>, run: TestRunner) => {
    run(title, async () => {
      expect(await play()).toEqual([]);
      held.push(title);
    });
  };

  for (const { defect, title, play } of SCENARIOS)
    holds(`${defect ?? '-'}. ${title}`, () => play(openDriver), runnerOf(defect));
  for (const outage of OUTAGES)
    holds(outage.title, () => playOutage(outage, DEADLINE_MS, openDriver), test.concurrent);

  test('a TLS handshake that is never answered, too, ends at the deadline', async () => {
    const cluster = await ScriptedCluster.start({ topics: { a: { partitions: 1 } } });
    cluster.node(1).silent = true;
    const client = openKafkaJs(cluster.brokers.join(','), { timeoutMs: DEADLINE_MS, ssl: true });
    const began = performance.now();
    const [result] = await client.publish([aMessage({ topic: 'a' })]);
    expect(performance.now() - began).toBeLessThan(DEADLINE_MS + 500);
    expect(result).toMatchObject({ kind: 'failed', blame: 'kafka', maybeWritten: false });
    await client.close();
    cluster.close();
    held.push('the TLS handshake is never answered');
  });

  afterAll(() => {
    const lines = held.map((title) => `  held   ${title}`);
    console.log(`Defects of KafkaJS by their number, and ways for Kafka to fail:\n${lines.join('\n')}`);
  });
});
