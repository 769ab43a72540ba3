import { describe, expect, test } from 'bun:test';
import { toEntry } from '../../src/message/entry.ts';
import { HeadTrial } from '../../src/backfill/trial.ts';
import { pause } from '../../src/ports/clock.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakeLog } from '../support/fakes/fake-log.ts';
import { FakePublisher, KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { aMessage } from '../support/fakes/messages.ts';

function setup() {
  const publisher = new FakePublisher();
  const clock = new FakeClock();
  const store = new FaultyStore(clock);
  const deps = {
    list: store.list,
    clock,
    log: new FakeLog(),
    record: () => {},
    publishTimeoutMs: 3000,
    maxAgeMs: Infinity,
  };
  store.contents.append(['a', 'b', 'c'].map((id) => toEntry(aMessage({ id }))));
  const trial = new HeadTrial(deps);
  const publish = publisher.publish.bind(publisher);
  return { publisher, store, clock, log: deps.log, trial, tryHead: () => trial.run(publish) };
}

describe('HeadTrial', () => {
  test('publishes one message, that at the head, which then leaves the list', async () => {
    const { publisher, store, trial, tryHead } = setup();
    expect((await tryHead())?.map(({ kind }) => kind)).toEqual(['published']);
    expect(publisher.calls.map((messages) => messages.map(({ id }) => id))).toEqual([['a']]);
    await trial.stop();
    expect(store.settled).toEqual([[{ kind: 'done' }]]);
    expect(store.contents.waiting).toHaveLength(2);
  });

  test('returns the message to the head where Kafka is still away', async () => {
    const { publisher, store, trial, tryHead } = setup();
    publisher.answer = () => KAFKA_DOWN;
    expect(await tryHead()).toEqual([KAFKA_DOWN]);
    await trial.stop();
    expect(store.settled).toEqual([[{ kind: 'return' }]]);
  });

  test('leaves every third trial in a row to others: what fails may be the message, and not Kafka', async () => {
    const { publisher, store, trial, tryHead } = setup();
    store.contents.append(['d', 'e', 'f'].map((id) => toEntry(aMessage({ id }))));
    publisher.answer = () => KAFKA_DOWN;
    const tries: boolean[] = [];
    for (let count = 0; count < 6; count++) {
      tries.push((await tryHead()) !== undefined);
      await trial.ended();
    }
    expect(tries).toEqual([true, true, false, true, true, false]);
  });

  test('has no answer where the backlog is empty, or out of reach', async () => {
    const { store, tryHead } = setup();
    store.fault = { kind: 'refused', retryInMs: 1000 };
    expect(await tryHead()).toBeUndefined();
    store.fault = undefined;
    store.contents.remove();
    expect(await tryHead()).toBeUndefined();
  });

  test('answers before a slow store has settled', async () => {
    const { store, tryHead } = setup();
    store.list.settle = () => new Promise(() => {});
    expect((await tryHead())?.map(({ kind }) => kind)).toEqual(['published']);
  });

  test('does not wait for a slow store, and returns what it hands out too late', async () => {
    const { publisher, store, clock, tryHead } = setup();
    const claim = store.list.claim.bind(store.list);
    store.list.claim = async (request) => {
      await pause(clock, 2000);
      return claim(request);
    };
    const tried = tryHead();
    await clock.advance(500);
    expect(await tried).toBeUndefined();
    await clock.advance(5000);
    expect(publisher.calls).toEqual([]);
    expect(store.settled).toEqual([[{ kind: 'return' }]]);
  });

  test('is over when it is stopped: what is in hand is settled, and nothing else is taken', async () => {
    const { publisher, store, trial, tryHead } = setup();
    const answered = Promise.withResolvers<typeof PUBLISHED>();
    publisher.answer = () => answered.promise;
    const tried = tryHead();
    const stopped = trial.stop();
    answered.resolve(PUBLISHED);
    await stopped;
    expect(store.settled).toEqual([[{ kind: 'done' }]]);
    expect(await tried).toBeDefined();
    expect(await tryHead()).toBeUndefined();
    expect(publisher.calls).toHaveLength(1);
  });

  test('has no answer where this program fails, and says so', async () => {
    const { store, log, tryHead } = setup();
    store.list.claim = () => Promise.reject(new Error('A bug'));
    expect(await tryHead()).toBeUndefined();
    expect(log.lines).toEqual(['ERROR A trial stumbled over the head of the backlog']);
  });
});
