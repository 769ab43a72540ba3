import { describe, expect, test } from 'bun:test';
import { toEntry } from '../../src/message/entry.ts';
import { BackfillWorker } from '../../src/backfill/worker.ts';
import { pause } from '../../src/ports/clock.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakeLog } from '../support/fakes/fake-log.ts';
import { FakePublisher, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { aMessage } from '../support/fakes/messages.ts';

function setup() {
  const publisher = new FakePublisher();
  const clock = new FakeClock();
  const store = new FaultyStore(clock);
  const log = new FakeLog();
  const kafka = { open: false, live: 0 };
  const deps = {
    publisher,
    list: store.list,
    clock,
    log,
    record: () => {},
    publishTimeoutMs: 3000,
    maxAgeMs: Infinity,
    mayPublish: () => !kafka.open,
    liveCount: () => kafka.live,
  };
  const park = (...ids: string[]) => store.contents.append(ids.map((id) => toEntry(aMessage({ id }))));
  return { publisher, store, clock, log, kafka, park, worker: new BackfillWorker(deps) };
}

describe('BackfillWorker', () => {
  test('drains what is there, and what comes later', async () => {
    const { worker, park, publisher, clock } = setup();
    park('a');
    worker.start();
    await clock.advance(0);
    expect(publisher.calls).toHaveLength(1);
    park('b');
    await clock.advance(1000);
    expect(publisher.calls.flat().map(({ id }) => id)).toEqual(['a', 'b']);
    await worker.stop();
  });

  test('when it is stopped it waits for a batch that someone else has it do, and does no other', async () => {
    const { worker, park, publisher, store } = setup();
    park('a');
    const answered = Promise.withResolvers<typeof PUBLISHED>();
    publisher.answer = () => answered.promise;
    const turn = worker.turn();
    const stopped = worker.stop();
    answered.resolve(PUBLISHED);
    await stopped;
    expect(store.settled).toEqual([[{ kind: 'done' }]]);
    expect(await turn).toBe('progress');
    park('b');
    expect(await worker.turn()).toBe('pause');
    expect(publisher.calls).toHaveLength(1);
  });

  test('begins with little and takes more with every batch, without a pause', async () => {
    const { worker, park, publisher, clock } = setup();
    park(...Array.from({ length: 200 }, (_, index) => `m${index}`));
    worker.start();
    await clock.advance(0);
    expect(publisher.calls.map((messages) => messages.length)).toEqual([10, 35, 60, 85, 10]);
    await worker.stop();
  });

  test('rests after a batch for as long as it took, while clients send messages', async () => {
    const { worker, park, publisher, kafka, clock } = setup();
    publisher.answer = async () => {
      kafka.live++;
      await pause(clock, 20);
      return PUBLISHED;
    };
    park(...Array.from({ length: 100 }, (_, index) => `m${index}`));
    worker.start();
    await clock.advance(39);
    expect(publisher.calls).toHaveLength(1);
    await clock.advance(1);
    expect(publisher.calls).toHaveLength(2);
    void worker.stop();
    await clock.advance(100);
  });

  test('begins with little again after Kafka was away', async () => {
    const { worker, park, publisher, kafka, clock } = setup();
    park(...Array.from({ length: 100 }, (_, index) => `m${index}`));
    worker.start();
    await clock.advance(0);
    kafka.open = true;
    await clock.advance(1000);
    kafka.open = false;
    publisher.calls.length = 0;
    park(...Array.from({ length: 45 }, (_, index) => `n${index}`));
    await clock.advance(1000);
    expect(publisher.calls.map((messages) => messages.length)).toEqual([10, 35]);
    await worker.stop();
  });

  test('claims nothing while the Kafka circuit is open', async () => {
    const { worker, park, store, kafka, clock } = setup();
    kafka.open = true;
    park('a');
    worker.start();
    await clock.advance(60_000);
    expect(store.contents.waiting).toHaveLength(1);
    kafka.open = false;
    await clock.advance(1000);
    expect(store.contents.waiting).toEqual([]);
    await worker.stop();
  });

  test('stops after the batch in hand, which it settles', async () => {
    const { worker, park, publisher, store, clock } = setup();
    const { promise, resolve } = Promise.withResolvers<typeof PUBLISHED>();
    publisher.answer = () => promise;
    park('a');
    worker.start();
    await clock.advance(0);
    const stopped = worker.stop();
    park('b');
    resolve(PUBLISHED);
    await stopped;
    expect(store.settled).toEqual([[{ kind: 'done' }]]);
    expect(store.contents.waiting).toHaveLength(1);
  });

  test('goes on after a fault of its own', async () => {
    const { worker, park, publisher, store, log, clock } = setup();
    publisher.publish = () => Promise.reject(new Error('A bug'));
    park('a');
    worker.start();
    await clock.advance(0);
    expect(log.lines).toContain('ERROR Backfill stumbled over a batch');
    publisher.publish = (messages) => Promise.resolve(messages.map(() => PUBLISHED));
    park('b');
    await clock.advance(1000);
    expect(store.settled).toEqual([[{ kind: 'done' }]]);
    await worker.stop();
  });

  test('says when it brought back what a dead worker held', async () => {
    const { worker, store, log, clock } = setup();
    store.list.reap = () => Promise.resolve({ kind: 'done', value: { returned: 7, dead: 2 } });
    worker.start();
    await clock.advance(0);
    expect(log.lines).toContain('WARNING A worker went away with a batch: its entries are back in the list');
    expect(log.lines).toContain(
      'ERROR Workers died again and again with the same messages: kept as dead letters',
    );
    await worker.stop();
  });
});
