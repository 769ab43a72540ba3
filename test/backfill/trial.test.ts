import { describe, expect, test } from 'bun:test';
import { toEntry } from '../../src/accept/parse.ts';
import { publishHead } from '../../src/backfill/trial.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aMessage, FakeLog, FakePublisher, FakeStore, KAFKA_DOWN } from '../support/fakes.ts';

function setup() {
  const publisher = new FakePublisher();
  const store = new FakeStore();
  const clock = new FakeClock();
  const deps = {
    list: store,
    clock,
    log: new FakeLog(),
    record: () => {},
    publishTimeoutMs: 3000,
    maxAgeMs: Infinity,
  };
  store.waiting.push(...['a', 'b', 'c'].map((id) => toEntry(aMessage({ id }))));
  const publish = publisher.publish.bind(publisher);
  return { publisher, store, clock, tryHead: () => publishHead(publish, deps) };
}

describe('publishHead', () => {
  test('publishes one message, that at the head, which then leaves the list', async () => {
    const { publisher, store, tryHead } = setup();
    expect((await tryHead())?.map(({ kind }) => kind)).toEqual(['published']);
    expect(publisher.calls.map((messages) => messages.map(({ id }) => id))).toEqual([['a']]);
    await Bun.sleep(0);
    expect(store.settled).toEqual([[{ kind: 'done' }]]);
    expect(store.waiting).toHaveLength(2);
  });

  test('returns the message to the head where Kafka is still away', async () => {
    const { publisher, store, tryHead } = setup();
    publisher.answer = () => KAFKA_DOWN;
    expect(await tryHead()).toEqual([KAFKA_DOWN]);
    await Bun.sleep(0);
    expect(store.settled).toEqual([[{ kind: 'return' }]]);
  });

  test('has no answer where the backlog is empty, or out of reach', async () => {
    const { store, tryHead } = setup();
    store.fault = { kind: 'refused', retryInMs: 1000 };
    expect(await tryHead()).toBeUndefined();
    store.fault = undefined;
    store.waiting.length = 0;
    expect(await tryHead()).toBeUndefined();
  });

  test('answers before a slow store has settled', async () => {
    const { store, tryHead } = setup();
    store.settle = () => new Promise(() => {});
    expect((await tryHead())?.map(({ kind }) => kind)).toEqual(['published']);
  });
});
