import { describe, expect, test } from 'bun:test';
import { toEntry } from '../../src/message/entry.ts';
import { drainBatch } from '../../src/backfill/drain.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';
import type { Receipt } from '../../src/ports/receipts.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakeLog } from '../support/fakes/fake-log.ts';
import { FakePublisher, KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { aMessage } from '../support/fakes/messages.ts';

function setup(...ids: string[]) {
  const publisher = new FakePublisher();
  const clock = new FakeClock();
  const store = new FaultyStore(clock);
  const log = new FakeLog();
  store.contents.append(ids.map((id) => toEntry(aMessage({ id }))));
  const stopping = new AbortController();
  const recorded: Receipt[] = [];
  const record = (receipt: Receipt) => void recorded.push(receipt);
  const deps = { publisher, list: store.list, clock, log, record, publishTimeoutMs: 3000, maxAgeMs: 60_000 };
  return {
    publisher,
    store,
    clock,
    log,
    stopping,
    recorded,
    drain: () => drainBatch(deps, stopping.signal, 500),
  };
}

const tooOld = (at: string) => ({
  kind: 'dead',
  reason: `Older than FALLBACK_MAX_AGE_SECONDS allows: parked at ${at}`,
});

describe('drainBatch', () => {
  test('publishes what is parked and settles it as done', async () => {
    const { drain, publisher, store } = setup('a', 'b');
    expect(await drain()).toBe('progress');
    expect(publisher.calls).toEqual([[aMessage({ id: 'a' }), aMessage({ id: 'b' })]]);
    expect(store.settled).toEqual([[{ kind: 'done' }, { kind: 'done' }]]);
  });

  test('settles nothing before Kafka has answered', async () => {
    const { drain, publisher, store } = setup('a');
    publisher.answer = () => new Promise(() => {});
    void drain();
    await new Promise((resolve) => setImmediate(resolve));
    expect(publisher.calls).toHaveLength(1);
    expect(store.settled).toEqual([]);
  });

  test('gives every entry the verdict that its result asks for', async () => {
    const answers: Record<string, PublishResult> = {
      down: KAFKA_DOWN,
      topic: { kind: 'failed', blame: 'topic', reason: 'x', maybeWritten: false },
      never: { kind: 'rejected', cause: 'too-large', reason: 'Too large' },
      open: { kind: 'refused', because: 'open', retryInMs: 1 },
    };
    const { drain, publisher, store } = setup('ok', 'down', 'topic', 'never', 'open');
    store.contents.append(['not a message']);
    publisher.answer = ({ id }) => answers[id] ?? { kind: 'published', partition: 0, offset: '0' };
    expect(await drain()).toBe('progress');
    expect(store.settled).toEqual([
      [
        { kind: 'done' },
        { kind: 'return' },
        { kind: 'defer' },
        { kind: 'dead', reason: 'Too large' },
        { kind: 'return' },
        { kind: 'dead', reason: 'The entry is not a message' },
      ],
    ]);
  });

  test('tells what became of each message that left the list', async () => {
    const { drain, publisher, recorded } = setup('ok', 'down', 'never');
    const never: PublishResult = { kind: 'rejected', cause: 'too-large', reason: 'Too large' };
    publisher.answer = ({ id }) => ({ ok: PUBLISHED, never })[id] ?? KAFKA_DOWN;
    await drain();
    expect(recorded).toEqual([
      { id: 'ok', status: 'published', topic: 'messages', partition: 0, offset: '0' },
      { id: 'never', status: 'dead', topic: 'messages', reason: 'Too large' },
    ]);
  });

  test('an unreadable entry does not shift the results of its neighbours', async () => {
    const { drain, publisher, store } = setup();
    store.contents.append(['garbage', ...['a', 'b'].map((id) => toEntry(aMessage({ id })))]);
    publisher.answer = ({ id }) =>
      id === 'a' ? KAFKA_DOWN : { kind: 'published', partition: 0, offset: '0' };
    await drain();
    expect(store.settled[0]?.map(({ kind }) => kind)).toEqual(['dead', 'return', 'done']);
  });

  test('what was parked too long ago is a dead letter that says so, and its neighbours are published', async () => {
    const { drain, store, publisher, clock, log } = setup();
    const now = clock.wallTime();
    for (const [id, parkedAt] of [
      ['old', now - 60_001],
      ['young', now - 60_000],
      ['oldest', 0],
      ['by hand', undefined],
    ] as const) {
      store.contents.append([toEntry(aMessage({ id, timestamp: 0 }), parkedAt)]);
    }
    expect(await drain()).toBe('progress');
    expect(publisher.calls.flat().map(({ id }) => id)).toEqual(['young', 'by hand']);
    expect(store.settled as unknown).toEqual([
      [
        tooOld(new Date(now - 60_001).toISOString()),
        { kind: 'done' },
        tooOld('1970-01-01T00:00:00.000Z'),
        { kind: 'done' },
      ],
    ]);
    expect(log.lines).toContain('ERROR Parked messages were too old to be published: kept as dead letters');
  });

  test('pauses where nothing waits, where the store is away, and where nothing could be published', async () => {
    expect(await setup().drain()).toBe('pause');
    const away = setup('a');
    away.store.fault = { kind: 'refused', retryInMs: 1 };
    expect(await away.drain()).toBe('pause');
    const down = setup('a');
    down.publisher.answer = () => KAFKA_DOWN;
    expect(await down.drain()).toBe('pause');
  });

  test('asks once more, by the same name, for a claim whose answer was lost', async () => {
    const { drain, store, publisher } = setup('a');
    const claim = store.list.claim.bind(store.list);
    const batches: string[] = [];
    store.list.claim = async (request) => {
      batches.push(request.batch);
      const reply = await claim(request);
      return batches.length === 1 ? { kind: 'failed', reason: 'lost' } : reply;
    };
    expect(await drain()).toBe('progress');
    expect(new Set(batches).size).toBe(1);
    expect(publisher.calls).toHaveLength(1);
  });

  test('publishes nothing after a standstill in which the lease may have run out', async () => {
    const { drain, store, publisher, clock } = setup('a');
    const claim = store.list.claim.bind(store.list);
    store.list.claim = async (request) => {
      const reply = await claim(request);
      await clock.advance(request.leaseMs - 1000);
      return reply;
    };
    expect(await drain()).toBe('pause');
    expect(publisher.calls).toEqual([]);
  });

  test('renews its lease for as long as Kafka takes, and settles then', async () => {
    const { drain, store, publisher, clock, log } = setup('a');
    const renewals: number[] = [];
    const renew = store.list.renew.bind(store.list);
    store.list.renew = (batch, ms) => {
      renewals.push(clock.now());
      return renewals.length === 2 ? Promise.resolve({ kind: 'failed', reason: 'away' }) : renew(batch, ms);
    };
    const { promise, resolve } = Promise.withResolvers<PublishResult>();
    publisher.answer = () => promise;
    const drained = drain();
    await clock.advance(60_000);
    expect(renewals).toHaveLength(24);
    resolve({ kind: 'published', partition: 0, offset: '0' });
    expect(await drained).toBe('progress');
    expect(store.settled).toEqual([[{ kind: 'done' }]]);
    await clock.advance(60_000);
    expect(renewals).toHaveLength(24);
    expect(log.lines.filter((line) => line.startsWith('WARNING'))).toEqual([]);
  });

  test('renews a lease that was lost no more, and says what that means', async () => {
    const { drain, store, publisher, clock, log } = setup('a');
    const { promise, resolve } = Promise.withResolvers<PublishResult>();
    publisher.answer = () => promise;
    const drained = drain();
    await clock.advance(0);
    store.contents.endLeases();
    await clock.advance(60_000);
    resolve({ kind: 'published', partition: 0, offset: '0' });
    await clock.advance(0);
    await drained;
    expect(store.settled).toEqual([]);
    expect(log.lines).toContain('WARNING Backfill could not settle a batch: it may be published twice');
  });

  test('settles through a short absence of the store', async () => {
    const { drain, store, clock, log } = setup('a');
    const settle = store.list.settle.bind(store.list);
    let tries = 0;
    store.list.settle = (...args) =>
      ++tries < 4 ? Promise.resolve({ kind: 'failed', reason: 'away' }) : settle(...args);
    const drained = drain();
    await clock.advance(1000);
    expect(await drained).toBe('progress');
    expect(store.settled).toHaveLength(1);
    expect(log.lines.filter((line) => line.startsWith('WARNING'))).toEqual([]);
  });

  test.each([
    ['the lease has ended', false, 60_000],
    ['the process is to stop', true, 200],
  ])('gives settling up once %s, and says so', async (_, stop, ms) => {
    const { drain, store, clock, log, stopping } = setup('a');
    store.list.settle = () => Promise.resolve({ kind: 'failed', reason: 'away' });
    const drained = drain();
    if (stop) stopping.abort();
    await clock.advance(ms);
    await drained;
    expect(log.lines).toContain('WARNING Backfill could not settle a batch: it may be published twice');
  });
});
