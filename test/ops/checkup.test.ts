import { expect, test } from 'bun:test';
import { checkUp, type CheckupDeps, type Finding } from '../../src/ops/checkup.ts';
import type { TopicCheck } from '../../src/ports/publisher.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakePublisher } from '../support/fakes/fake-publisher.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';

class Checked extends FakePublisher {
  readonly topics: Record<string, TopicCheck> = { messages: { kind: 'ready', partitions: 3 } };

  checkTopic = (topic: string): Promise<TopicCheck> =>
    Promise.resolve(
      this.topics[topic] ?? { kind: 'failed', blame: 'topic', reason: 'UNKNOWN_TOPIC_OR_PARTITION' },
    );
}

const deps = (over: Partial<CheckupDeps> = {}): CheckupDeps => ({
  publisher: new Checked(),
  store: new FaultyStore(),
  topics: ['messages'],
  shortfalls: [],
  names: { kafka: 'k:9092', redis: 'r:6379' },
  clock: new FakeClock(),
  ...over,
});

const lines = (findings: readonly Finding[]) => findings.map(({ level, text }) => `${level} ${text}`);

test('each part that is well has a line that says so', async () => {
  expect(lines(await checkUp(deps()))).toEqual([
    'ok k:9092 answers',
    'ok The topic messages has its leaders; partitions: 3',
    'ok r:6379 takes writes',
    'ok The fallback list is durable',
  ]);
});

test('a Kafka that is away is one broken thing: its topics are not asked for', async () => {
  const publisher = new Checked();
  publisher.probed = { kind: 'down', reason: 'ECONNREFUSED' };
  const found = await checkUp(deps({ publisher }));
  expect(lines(found.filter(({ part }) => part === 'kafka'))).toEqual(['broken k:9092: ECONNREFUSED']);
});

test('a topic that can not be written is broken, and its neighbour is not', async () => {
  const found = lines(await checkUp(deps({ topics: ['audit', 'messages'] })));
  expect(found[1]).toMatch(/^broken The topic audit can't be written: UNKNOWN_TOPIC_OR_PARTITION/);
  expect(found[2]).toMatch(/^ok The topic messages/);
});

test('a leader out of reach is broken, and named', async () => {
  const publisher = new Checked();
  publisher.topics['messages'] = { kind: 'out-of-reach', reason: 'kafka:9092 (connect ECONNREFUSED)' };
  expect(lines(await checkUp(deps({ publisher })))[1]).toBe(
    "broken The topic messages has leaders that can't be reached from here: kafka:9092 (connect ECONNREFUSED). See advertised.listeners of the brokers",
  );
});

test('a topic of which no more is told is there, and what Kafka’s driver can not do is a warning', async () => {
  const publisher = new Checked();
  publisher.topics['messages'] = { kind: 'ready', partitions: undefined };
  const shortfalls = ['No headers'];
  const kafka = async () =>
    lines((await checkUp(deps({ publisher, shortfalls }))).filter(({ part }) => part === 'kafka'));
  expect(await kafka()).toEqual([
    'ok k:9092 answers',
    'warning No headers',
    'ok The topic messages is there',
  ]);
  publisher.probed = { kind: 'down', reason: 'ECONNREFUSED' };
  expect(await kafka()).toEqual(['broken k:9092: ECONNREFUSED', 'warning No headers']);
});

test('a driver that can not tell of topics is asked whether Kafka answers, and no more', async () => {
  const found = await checkUp(deps({ publisher: new FakePublisher() }));
  expect(lines(found.filter(({ part }) => part === 'kafka'))).toEqual(['ok k:9092 answers']);
});

test('settings that put the list at risk are warnings, and so is a Redis that does not tell them', async () => {
  const store = new FaultyStore();
  store.durable = { status: 'at-risk', warnings: ['appendonly is no'] };
  expect(lines(await checkUp(deps({ store })))).toContain('warning appendonly is no');
  store.durable = { status: 'unknown', warnings: [] };
  expect(lines(await checkUp(deps({ store }))).at(-1)).toMatch(/^warning Redis does not report/);
});

test('a Redis whose first connection takes a while is waited for, and one that is away is not for ever', async () => {
  const clock = new FakeClock();
  const store = new FaultyStore();
  const fault = { kind: 'failed', reason: 'down' } as const;
  store.fault = fault;
  const late = checkUp(deps({ store, clock }));
  await clock.advance(3000);
  store.fault = undefined;
  await clock.advance(300);
  expect(lines(await late)).toContain('ok r:6379 takes writes');
  store.fault = fault;
  const never = checkUp(deps({ store, clock }));
  await clock.advance(6000);
  expect(lines(await never).at(-1)).toBe('broken r:6379: down');
});

test.each([
  [
    1_000_000_000,
    'ok Redis uses 1000 MB of 4000 MB (maxmemory): the rest holds 48 minutes of an outage with 1000 messages of 1 kB a second',
  ],
  [
    3_900_000_000,
    'warning Redis uses 3900 MB of 4000 MB (maxmemory): the rest holds 1 minutes of an outage with 1000 messages of 1 kB a second',
  ],
])('of a Redis that uses %d bytes it tells the room that is left', async (usedBytes, line) => {
  const store = new FaultyStore();
  store.durable = { status: 'durable', warnings: [], memory: { usedBytes, maxBytes: 4_000_000_000 } };
  expect(lines(await checkUp(deps({ store })))).toContain(line);
});
