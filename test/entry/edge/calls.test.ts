import { expect, test } from 'bun:test';
import { toEntry } from '../../../src/accept/parse.ts';
import { readConfig } from '../../../src/config.ts';
import { RestPublisher } from '../../../src/drivers/kafka/rest.ts';
import { openDatabase } from '../../../src/drivers/sqlite.ts';
import { EmbeddedStore } from '../../../src/drivers/store/embedded.ts';
import { UpstashStore } from '../../../src/drivers/store/upstash.ts';
import { Calls } from '../../../src/entry/edge/calls.ts';
import { kept } from '../../../src/entry/edge/kept.ts';
import { sparing } from '../../../src/entry/edge/sparing.ts';
import type { FallbackList } from '../../../src/ports/fallback-list.ts';
import { createService } from '../../../src/service.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { aMessage, FakeLog } from '../../support/fakes.ts';
import { tempDir } from '../../support/temp-dir.ts';

const PARKED = 1500;
/** What Workers allow, after which every call throws. */
const ALLOWED = 1000;

/** A service with a full list, and all that its calls meet. */
async function setup(dialect: 'redpanda' | 'strimzi') {
  const clock = new FakeClock();
  const calls = new Calls();
  const event = { calls: 0, refused: 0 };
  const call = () => {
    calls.count();
    if (++event.calls <= ALLOWED) return;
    event.refused++;
    throw new Error('Too many subrequests');
  };
  const written: string[] = [];
  const send = async (_: string, { body }: RequestInit) => {
    call();
    const { records } = JSON.parse(body as string) as { records: { value: string }[] };
    written.push(...records.map(({ value }) => value));
    const offsets = records.map((_record, offset) => ({ partition: 0, offset }));
    // Redpanda answers one for the partition.
    return Promise.resolve(
      Response.json({ offsets: dialect === 'redpanda' ? offsets.slice(0, 1) : offsets }),
    );
  };
  const directory = tempDir();
  const own = new EmbeddedStore(openDatabase(directory.path, 'list.db'), clock);
  const { list } = own;
  const entryOf = (id: string) => toEntry(aMessage({ id, key: id, value: `"${id}"` }), clock.wallTime());
  await list.park(Array.from({ length: PARKED }, (_, index) => entryOf(`m${index}`)));
  const claim: FallbackList['claim'] = (request) => (call(), list.claim(request));
  const settle: FallbackList['settle'] = (...args) => (call(), list.settle(...args));
  const reap: FallbackList['reap'] = () => (call(), list.reap());
  const counted = new Proxy(list, {
    get: (inner, name) => ({ claim, settle, reap })[String(name)] ?? bound(inner, name),
  });
  const { gate, receipts, board } = own;
  const verbs = { probe: () => own.probe(), durability: () => own.durability(), close: () => own.close() };
  const store = sparing({ list: counted, gate, receipts, board, ...verbs }, () => calls.messages);
  const auth = { kind: 'none' } as const;
  const rest = { url: 'http://proxy', dialect, auth, probeTopic: 'messages', timeoutMs: 3000, fetch: send };
  const service = createService({
    config: readConfig({ DEDUP_TTL_SECONDS: '0' }),
    publisher: new RestPublisher(rest, clock),
    store: kept(store, () => {}),
    clock,
    log: new FakeLog(),
    drivenBy: 'events',
  });
  const tick = () => {
    Object.assign(event, { calls: 0, refused: 0 });
    const limits = { forMs: 25_000, mayGoOn: () => calls.messages > 0 };
    return calls.during(() => service.recover(limits));
  };
  return { clock, event, written, list, tick, directory };
}

function bound(inner: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(inner, name, inner);
  return typeof value === 'function' ? value.bind(inner) : value;
}

for (const [dialect, atLeast] of [
  ['redpanda', 700],
  ['strimzi', PARKED],
] as const) {
  test(`an event makes no more calls than it may, and settles all that it has published: ${dialect}`, async () => {
    const { event, written, list, tick, directory } = await setup(dialect);
    await tick();
    expect(event.refused).toBe(0);
    expect(written.length).toBeGreaterThanOrEqual(atLeast);
    const waiting = PARKED - written.length;
    expect(await list.backlog()).toEqual({ kind: 'done', value: { waiting, claimed: 0, dead: 0 } });
    directory.remove();
  });
}

test('the events after it drain the rest, each message once', async () => {
  const { written, tick, directory } = await setup('redpanda');
  for (let event = 0; event < 3; event++) await tick();
  expect(written).toHaveLength(PARKED);
  expect(new Set(written).size).toBe(PARKED);
  directory.remove();
});

test('the calls of other events are not counted, nor limited', async () => {
  const calls = new Calls();
  const most = await calls.during(async () => {
    await Promise.all(Array.from({ length: 50 }, () => calls.during(() => Promise.resolve(calls.count()))));
    return calls.messages;
  });
  calls.count();
  expect(await calls.during(() => Promise.resolve(calls.messages))).toBe(most);
  expect(calls.messages).toBe(Infinity);
});

test('a request to Upstash is counted for the event that it belongs to', async () => {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => Response.json([{ result: 'x' }]) });
  const calls = new Calls();
  const store = new UpstashStore({ url: server.url.href, token: 'a', onCall: calls.count });
  const before = await calls.during(() => Promise.resolve(calls.messages));
  const after = await calls.during(async () => {
    for (let request = 0; request < 4; request++) await store.board.read(['a']);
    return calls.messages;
  });
  expect(after).toBe(before - 2);
  await server.stop(true);
});
