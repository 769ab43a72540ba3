import { describe, expect, test } from 'bun:test';
import { toEntry } from '../../src/message/entry.ts';
import { KAFKA_DOWN } from '../support/fakes/fake-publisher.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { fakeService } from '../support/fakes/fake-service.ts';
import { aMessage } from '../support/fakes/messages.ts';

const NOBODY =
  'WARNING Messages wait in the fallback list and no backfill worker runs: start one (spillway backfill), or set BACKFILL=inline';

function setup(store = new FaultyStore()) {
  const service = fakeService({ BACKFILL: 'off' }, store);
  const { request } = service;
  const ready = async () => (await (await request('/health/ready')).json()) as Record<string, unknown>;
  const sample = async (name: string) =>
    new RegExp(`^${name} (.*)$`, 'm').exec(await (await request('/metrics')).text())?.[1];
  return { ...service, ready, sample };
}

/** Lets the same time pass for several processes, in short steps. */
async function pass(ms: number, ...services: { clock: { advance(ms: number): Promise<void> } }[]) {
  for (let passed = 0; passed < ms; passed += 1000)
    for (const { clock } of services) await clock.advance(1000);
}

describe('a backlog that nobody drains', () => {
  test('is told by the log, /health/ready and a metric, after half a minute', async () => {
    const { start, store, clock, log, ready, sample, finish } = setup();
    store.contents.append([toEntry(aMessage({ id: 'a' })), toEntry(aMessage({ id: 'b' }))]);
    await start();
    await clock.advance(20_000);
    expect(await ready()).toMatchObject({ status: 'ready', worker: 'unknown' });
    expect(await sample('spillway_backfill_worker')).toBe('Nan');
    expect(log.lines).toEqual([]);
    await clock.advance(60_000);
    expect(await ready()).toMatchObject({ status: 'ready', worker: 'missing', undrained: 2 });
    expect(await sample('spillway_backfill_worker')).toBe('0');
    expect([log.lines, log.fields]).toEqual([[NOBODY], [{ entries: 2 }]]);
    await finish();
  });

  test('is none while nothing waits', async () => {
    const { start, clock, log, ready, finish } = setup();
    await start();
    await clock.advance(120_000);
    const { worker, undrained } = await ready();
    expect([worker, undrained, log.lines]).toEqual(['missing', undefined, []]);
    await finish();
  });

  test('is none where a worker of another process is at work, also with Kafka away', async () => {
    const store = new FaultyStore();
    const [api, worker] = [setup(store), setup(store)];
    worker.publisher.answer = () => KAFKA_DOWN;
    worker.publisher.probed = { kind: 'down', reason: 'down' };
    store.contents.append([toEntry(aMessage({ id: 'a' }))]);
    await api.start();
    await worker.start();
    worker.startBackfill();
    await pass(120_000, api, worker);
    expect((await api.ready())['worker']).toBe('running');
    expect(await api.sample('spillway_backfill_worker')).toBe('1');
    expect(api.log.lines).toEqual([]);
    await api.finish();
    await worker.finish();
  });

  test('is told once the heartbeat of the last worker has ended, and so is the next one', async () => {
    const store = new FaultyStore();
    const [api, worker, next] = [setup(store), setup(store), setup(store)];
    await api.start();
    await worker.start();
    worker.startBackfill();
    await pass(30_000, api, worker);
    await worker.finish();
    store.contents.append([toEntry(aMessage({ id: 'a' }))]);
    await store.sharedState.remove('worker:backfill');
    await pass(10_000, api);
    expect((await api.ready())['worker']).toBe('missing');
    expect(api.log.lines).toEqual([NOBODY]);
    await next.start();
    next.startBackfill();
    await pass(10_000, next, api);
    expect((await api.ready())['worker']).toBe('running');
    expect(api.log.lines.at(-1)).toBe('INFO A backfill worker runs again');
    await api.finish();
    await next.finish();
  });

  test('is not told of a store that does not answer', async () => {
    const { start, store, clock, ready, finish } = setup();
    store.fault = { kind: 'failed', reason: 'gone' };
    await start();
    await clock.advance(120_000);
    expect((await ready())['worker']).toBe('unknown');
    await finish();
  });
});

test('a process that drains inline is a worker', async () => {
  const service = fakeService();
  const ready = async () => (await (await service.request('/health/ready')).json()) as { worker: string };
  expect((await ready()).worker).toBe('running');
});

test('a worker whose loop hangs sends no heartbeat', async () => {
  const store = new FaultyStore();
  const worker = setup(store);
  await worker.start();
  worker.startBackfill();
  await worker.clock.advance(1000);
  store.list.claim = () => new Promise(() => {});
  await worker.clock.advance(60_000);
  const before = store.callsTo('sharedState', 'post').length;
  await worker.clock.advance(60_000);
  expect(store.callsTo('sharedState', 'post')).toHaveLength(before);
});
