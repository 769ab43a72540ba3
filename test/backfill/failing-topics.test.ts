import { describe, expect, test } from 'bun:test';
import { BackfillWorker } from '../../src/backfill/worker.ts';
import { toEntry } from '../../src/message/entry.ts';
import type { Message } from '../../src/message/message.ts';
import { orderKeyOf } from '../../src/message/order-key.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakeLog } from '../support/fakes/fake-log.ts';
import { FakePublisher, KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { aMessage } from '../support/fakes/messages.ts';

const GONE: PublishResult = {
  kind: 'failed',
  blame: 'topic',
  reason: 'UNKNOWN_TOPIC_OR_PARTITION',
  maybeWritten: false,
};

function setup({ ordered = false } = {}) {
  const publisher = new FakePublisher();
  const clock = new FakeClock();
  const store = new FaultyStore(clock);
  const log = new FakeLog();
  const kafka = { isOpen: false };
  const failing = new Map([['gone', GONE]]);
  publisher.answer = ({ topic }) => failing.get(topic) ?? PUBLISHED;
  const worker = new BackfillWorker({
    publisher,
    list: store.list,
    clock,
    log,
    record: () => {},
    publishTimeoutMs: 3000,
    maxAgeMs: Infinity,
    ordered,
    mayPublish: () => !kafka.isOpen,
    liveCount: () => 0,
  });
  const park = (count: number, over: (index: number) => Partial<Message>) => {
    const messages = Array.from({ length: count }, (_, index) =>
      aMessage({ id: `m${index}`, ...over(index) }),
    );
    store.contents.append(
      messages.map((message) => toEntry(message, clock.wallTime())),
      ordered ? messages.map(orderKeyOf) : [],
    );
  };
  const sentTo = (topic: string) => publisher.calls.flat().filter((message) => message.topic === topic);
  const claims = () => store.callsTo('list', 'claim').length;
  const warnings = () =>
    log.lines.flatMap((line, index) =>
      line === 'WARNING Parked messages wait for their topic, which cannot be written'
        ? [log.fields[index]]
        : [],
    );
  return { publisher, clock, store, kafka, failing, worker, park, sentTo, claims, warnings, log };
}

const keyed = (topic: string) => (index: number) => ({
  topic,
  key: `k${index % 7}`,
  id: `${topic}${index}`,
});

describe('a backlog of a topic that fails', () => {
  test('holds up no other topic behind it', async () => {
    const { worker, park, clock, sentTo, store } = setup();
    park(600, () => ({ topic: 'gone' }));
    park(100, () => ({ topic: 'healthy' }));
    worker.start();
    await clock.advance(1000);
    expect(sentTo('healthy')).toHaveLength(100);
    expect(sentTo('gone').length).toBeLessThan(20);
    expect(store.contents.waiting).toHaveLength(600);
    await worker.stop();
  });

  test('does not rotate through the store without an end, and one message is tried at a time', async () => {
    const { worker, park, clock, sentTo, claims } = setup();
    park(600, () => ({ topic: 'gone' }));
    worker.start();
    await clock.advance(20_000);
    const [claimsBefore, triedBefore] = [claims(), sentTo('gone').length];
    await clock.advance(60_000);
    // A round over the list takes 2 claims. The clock stands still in it, so that the longest rest is 10 s.
    expect(claims() - claimsBefore).toBeLessThanOrEqual(6 * 3);
    expect(sentTo('gone').length - triedBefore).toBeLessThanOrEqual(4);
    await worker.stop();
  });

  test('is told by a line with the topic, the reason and the number of entries, twice a minute at most', async () => {
    const { worker, park, clock, warnings } = setup();
    park(60, () => ({ topic: 'gone' }));
    park(10, () => ({ topic: 'healthy' }));
    worker.start();
    await clock.advance(5000);
    const line = { topic: 'gone', reason: 'UNKNOWN_TOPIC_OR_PARTITION', entries: 60 };
    expect(warnings()).toEqual([line]);
    await clock.advance(60_000);
    expect(warnings().length).toBeWithin(2, 4);
    await worker.stop();
  });

  test('is drained when the topic can be written again', async () => {
    const { worker, park, clock, failing, store, log } = setup();
    park(60, () => ({ topic: 'gone' }));
    worker.start();
    await clock.advance(60_000);
    failing.clear();
    await clock.advance(30_000);
    expect(store.contents.waiting).toEqual([]);
    expect(log.lines).toContain('INFO Parked messages reach their topic again');
    await worker.stop();
  });

  test('of which one partition fails is drained as far as it goes', async () => {
    const { worker, park, clock, publisher, store } = setup();
    const sick: PublishResult = { ...GONE, blame: 'partition', reason: 'NOT_ENOUGH_REPLICAS' };
    publisher.answer = ({ key }) => (key === 'sick' ? sick : PUBLISHED);
    park(600, (index) => ({ key: index % 3 === 0 ? 'sick' : 'well' }));
    worker.start();
    await clock.advance(20_000);
    expect(store.contents.waiting).toHaveLength(200);
    await worker.stop();
  });

  test('does not keep the worker from what was parked in an outage meanwhile', async () => {
    const { worker, park, clock, kafka, sentTo } = setup();
    park(20, () => ({ topic: 'gone' }));
    worker.start();
    await clock.advance(60_000);
    kafka.isOpen = true;
    await clock.advance(1000);
    park(10, () => ({ topic: 'healthy' }));
    kafka.isOpen = false;
    await clock.advance(1000);
    expect(sentTo('healthy')).toHaveLength(10);
    await worker.stop();
  });

  test('is no reason to defer where Kafka is at fault: those return to the head', async () => {
    const { worker, park, clock, publisher, store } = setup();
    park(5, () => ({ topic: 'gone' }));
    publisher.answer = () => KAFKA_DOWN;
    worker.start();
    await clock.advance(0);
    expect(store.settled[0]?.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'return'));
    await worker.stop();
  });
});

describe('where the order of keys is kept, a backlog of a topic that fails', () => {
  test('holds up no other topic behind it', async () => {
    const { worker, park, clock, sentTo } = setup({ ordered: true });
    park(600, keyed('gone'));
    park(100, keyed('healthy'));
    worker.start();
    await clock.advance(1000);
    expect(sentTo('healthy').map(({ id }) => id)).toEqual(
      expect.arrayContaining(Array.from({ length: 100 }, (_, index) => `healthy${index}`)),
    );
    await worker.stop();
  });

  test('is not claimed without an end, and its number is told as it is', async () => {
    const { worker, park, clock, claims, warnings } = setup({ ordered: true });
    park(600, keyed('gone'));
    worker.start();
    await clock.advance(20_000);
    expect(warnings()).toMatchObject([{ topic: 'gone', entries: 600 }]);
    const before = claims();
    await clock.advance(60_000);
    expect(claims() - before).toBeLessThanOrEqual(6 * 3);
    await worker.stop();
  });

  test('keeps the order of each key until it is drained, also of what is parked meanwhile', async () => {
    const { worker, park, clock, publisher, failing, store } = setup({ ordered: true });
    park(100, keyed('gone'));
    worker.start();
    await clock.advance(10_000);
    park(100, (index) => keyed('gone')(100 + index));
    await clock.advance(10_000);
    failing.clear();
    publisher.calls.length = 0;
    await clock.advance(60_000);
    expect(store.contents.waiting).toEqual([]);
    const sent = publisher.calls.flat();
    for (let key = 0; key < 7; key++) {
      const numbers = sent
        .filter((message) => message.key === `k${key}`)
        .map(({ id }) => Number(id.slice(4)));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
    expect(sent).toHaveLength(200);
    await worker.stop();
  });
});
