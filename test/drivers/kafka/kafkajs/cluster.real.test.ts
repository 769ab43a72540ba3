import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import type { KafkaJsPublisher } from '../../../../src/drivers/kafka/kafkajs/publisher.ts';
import { aMessage } from '../../../support/fakes/messages.ts';
import { type KafkaCluster, type NodeId, startCluster } from '../../../support/kafka/cluster.ts';
import { openKafkaJs } from '../../../support/kafka/open-kafkajs.ts';
import {
  brokenPromises,
  failures,
  type LoadOutcome,
  PublishLoad,
} from '../../../support/kafka/publish-load.ts';
import { describeReal } from '../../../support/process/services.ts';
import { until } from '../../../support/process/wait.ts';

const TIMEOUT_MS = 3000;

describeReal('kafka/cluster', ['localKafka'], () => {
  let cluster: KafkaCluster;
  let publisher: KafkaJsPublisher;

  const open = () => openKafkaJs(cluster.brokers, { metadataMaxAgeMs: 1000 });

  beforeAll(async () => {
    cluster = await startCluster();
  }, 120_000);

  afterAll(() => cluster.stop());

  beforeEach(() => {
    publisher = open();
  });

  afterEach(() => publisher.close());

  /** What was told of each message is so; and those that failed can be published now, as the worker does. */
  async function expectPromisesKept(outcomes: readonly LoadOutcome[], topic: string): Promise<void> {
    expect(brokenPromises(outcomes, await cluster.read(topic))).toEqual({});
    const parked = outcomes.filter(({ result }) => ['failed', 'refused'].includes(result.kind));
    const drained = await publisher.publish(parked.map(({ message }) => message));
    expect(drained.filter(({ kind }) => kind !== 'published')).toEqual([]);
    const present = new Set((await cluster.read(topic)).map(({ headers }) => headers['spillway-id']));
    expect(outcomes.filter(({ message }) => !present.has(message.id))).toEqual([]);
  }

  const inStep = async (topic: string, nodes: number) => {
    const inSync = await Promise.all([0, 1, 2].map((partition) => cluster.inSync(topic, partition)));
    return inSync.every(({ length }) => length === nodes);
  };

  /** How long that takes is the cluster's affair: longer, where the node was the leading controller too. */
  const ledByAnother = async (topic: string, dead: NodeId) => {
    const leaders = await Promise.all([0, 1, 2].map((partition) => cluster.leaderOf(topic, partition)));
    return leaders.every((leader) => leader !== -1 && leader !== dead);
  };

  test('partitions that change hands under load lose nothing', async () => {
    await cluster.createTopic('moving');
    const load = new PublishLoad(publisher, ['moving']);
    for (let round = 0; round < 6; round++) {
      await Bun.sleep(700);
      const partition = round % 3;
      const leader = await cluster.leaderOf('moving', partition);
      await cluster.moveLeader('moving', partition, ((leader % 3) + 1) as NodeId);
    }
    const settledAt = load.now() + 1000;
    await Bun.sleep(2000);
    const outcomes = await load.stop();
    await expectPromisesKept(outcomes, 'moving');
    expect(failures(from(settledAt, outcomes))).toEqual({});
    expect(slowest(outcomes)).toBeLessThan(TIMEOUT_MS + 500);
  }, 90_000);

  test('a node that dies takes nothing along, and those who take over are written to at once', async () => {
    await cluster.createTopic('kept', { minInsync: 2 });
    const load = new PublishLoad(publisher, ['kept']);
    await Bun.sleep(1000);
    await cluster.kill(1);
    await until('the others have taken over', () => ledByAnother('kept', 1), { timeoutMs: 30_000 });
    const takenOverAt = load.now() + 1500;
    await Bun.sleep(3500);
    const restartedAt = load.now();
    await cluster.start(1);
    await Bun.sleep(1000);
    const outcomes = await load.stop();
    await expectPromisesKept(outcomes, 'kept');
    const meanwhile = from(takenOverAt, outcomes).filter(({ at }) => at < restartedAt);
    expect(failures(meanwhile)).toEqual({});
    expect(slowest(outcomes)).toBeLessThan(TIMEOUT_MS + 500);
  }, 90_000);

  test('a node that freezes holds nobody up for longer than the deadline', async () => {
    await cluster.createTopic('frozen');
    const load = new PublishLoad(publisher, ['frozen']);
    await Bun.sleep(1000);
    await cluster.pause(2);
    await Bun.sleep(5000);
    await cluster.resume(2);
    await until('all replicas are in step', () => inStep('frozen', 3));
    const resumedAt = load.now() + 2000;
    await Bun.sleep(3000);
    const outcomes = await load.stop();
    await expectPromisesKept(outcomes, 'frozen');
    expect(failures(from(resumedAt, outcomes))).toEqual({});
    expect(slowest(outcomes)).toBeLessThan(TIMEOUT_MS + 500);
  }, 90_000);

  test('with too few replicas in step nothing is written, and the partitions alone are to blame', async () => {
    await cluster.createTopic('strict', { minInsync: 3 });
    const messages = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => aMessage({ topic: 'strict', id: key, key }));
    const publish = () => publisher.publish(messages);
    expect((await publish()).map(({ kind }) => kind)).toEqual(messages.map(() => 'published'));
    await cluster.kill(3);
    await until('the dead node is out of step', () => inStep('strict', 2));
    const answered = await until('the driver has found the nodes that are left', async () => {
      const results = await publish();
      for (const { kind } of results) expect(kind).toBe('failed');
      return results.some((result) => 'reason' in result && result.reason.startsWith('NOT_')) && results;
    });
    for (const result of answered)
      expect(result).toMatchObject({ kind: 'failed', blame: 'partition', reason: 'NOT_ENOUGH_REPLICAS' });
    await cluster.start(3);
    await until('all replicas are in step', () => inStep('strict', 3));
    const recovered = async () => (await publish()).every(({ kind }) => kind === 'published');
    await until('it is published again', recovered, { timeoutMs: 5000 });
  }, 90_000);

  test('a publisher that is new finds the nodes that are left', async () => {
    await cluster.createTopic('found');
    await cluster.kill(1);
    await until('the dead node is out of step', () => inStep('found', 2));
    const outcomes = [];
    for (let count = 0; count < 6; count++) {
      const other = open();
      outcomes.push(...(await other.publish([aMessage({ topic: 'found' })])));
      await other.close();
    }
    await cluster.start(1);
    expect(outcomes.filter(({ kind }) => kind !== 'published')).toEqual([]);
  }, 90_000);

  test('a topic deleted under load fails alone, and is written to again when it is back', async () => {
    await cluster.createTopic('doomed');
    await cluster.createTopic('healthy');
    const load = new PublishLoad(publisher, ['doomed', 'healthy']);
    await Bun.sleep(1500);
    await cluster.deleteTopic('doomed');
    const deletedAt = load.now();
    await Bun.sleep(4000);
    const recreatedAt = load.now();
    await cluster.createTopic('doomed');
    await Bun.sleep(3000);
    const outcomes = await load.stop();
    const doomed = outcomes.filter(({ message }) => message.topic === 'doomed');
    const healthy = outcomes.filter(({ message }) => message.topic === 'healthy');
    expect(failures(healthy)).toEqual({});
    expect(brokenPromises(healthy, await cluster.read('healthy'))).toEqual({});
    expect(slowest(from(deletedAt - 500, healthy))).toBeLessThan(1000);
    // What was in flight when the topic went may time out; from then on the blame is the topic's.
    const sentAfterwards = failures(from(deletedAt + 500, doomed));
    expect(Object.keys(sentAfterwards).filter((what) => !/^topic:|^refused$/.test(what))).toEqual([]);
    const whileGone = from(deletedAt + 500, doomed).filter(({ at, tookMs }) => at + tookMs < recreatedAt);
    expect(whileGone.filter(({ result }) => result.kind === 'published')).toEqual([]);
    expect(failures(from(recreatedAt + 2000, doomed))).toEqual({});
    expect(brokenPromises(from(recreatedAt, doomed), await cluster.read('doomed'))).toEqual({});
  }, 90_000);

  test('a topic made larger under load loses nothing, and its new partitions are used', async () => {
    await cluster.createTopic('larger', { partitions: 2 });
    const load = new PublishLoad(publisher, ['larger']);
    await Bun.sleep(1000);
    await cluster.addPartitions('larger', { to: 6 });
    const used = () => new Set(load.outcomes.map(({ result }) => 'partition' in result && result.partition));
    const allUsed = () => used().isSupersetOf(new Set([0, 1, 2, 3, 4, 5]));
    await until('all partitions are used', allUsed, { timeoutMs: 15_000 }).catch(() => {});
    const outcomes = await load.stop();
    expect(brokenPromises(outcomes, await cluster.read('larger'))).toEqual({});
    expect(failures(outcomes)).toEqual({});
    expect(used()).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  }, 90_000);
});

const from = (time: number, outcomes: readonly LoadOutcome[]) => outcomes.filter(({ at }) => at >= time);
const slowest = (outcomes: readonly LoadOutcome[]) => Math.max(...outcomes.map(({ tookMs }) => tookMs));
