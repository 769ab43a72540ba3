import { expect, test } from 'bun:test';
import { toEntry } from '../../../src/message/entry.ts';
import { readConfig } from '../../../src/config/config.ts';
import { RestPublisher } from '../../../src/drivers/kafka/rest/publisher.ts';
import { openDatabase } from '../../../src/drivers/sqlite.ts';
import { SqliteStore } from '../../../src/drivers/store/sqlite/store.ts';
import { UpstashStore } from '../../../src/drivers/store/redis/upstash/store.ts';
import { SubrequestBudget } from '../../../src/entry/edge/subrequest-budget.ts';
import { withWaitUntil } from '../../../src/entry/edge/wait-until.ts';
import { withClaimLimit } from '../../../src/entry/edge/claim-limit.ts';
import type { FallbackList } from '../../../src/ports/fallback-list.ts';
import { createService } from '../../../src/service/service.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { FakeLog } from '../../support/fakes/fake-log.ts';
import { aMessage } from '../../support/fakes/messages.ts';
import { IN_MEMORY, tempDir } from '../../support/process/temp-dir.ts';

const PARKED = 1500;
/** What Workers allow, after which every call throws. */
const ALLOWED = 1000;

/** A service with a full list, and all that its calls meet. */
async function setup(dialect: 'redpanda' | 'strimzi') {
  const clock = new FakeClock();
  const calls = new SubrequestBudget();
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
  const directory = tempDir(IN_MEMORY);
  const own = new SqliteStore(openDatabase(directory.path, 'list.db'), clock);
  const { list } = own;
  const entryOf = (id: string) => toEntry(aMessage({ id, key: id, value: `"${id}"` }), clock.wallTime());
  await list.park(Array.from({ length: PARKED }, (_, index) => entryOf(`m${index}`)));
  const claim: FallbackList['claim'] = (request) => (call(), list.claim(request));
  const settle: FallbackList['settle'] = (...args) => (call(), list.settle(...args));
  const reap: FallbackList['reap'] = (rule) => (call(), list.reap(rule));
  const counted = new Proxy(list, {
    get: (inner, name) => ({ claim, settle, reap })[String(name)] ?? bound(inner, name),
  });
  const { gate, receipts, sharedState } = own;
  const verbs = { probe: () => own.probe(), durability: () => own.durability(), close: () => own.close() };
  const store = withClaimLimit(
    { list: counted, gate, receipts, sharedState, ...verbs },
    () => calls.messages,
  );
  const auth = { kind: 'none' } as const;
  const rest = { url: 'http://proxy', dialect, auth, probeTopic: 'messages', timeoutMs: 3000, fetch: send };
  const service = createService({
    config: readConfig({ DEDUP_TTL_SECONDS: '0' }),
    publisher: new RestPublisher(rest, clock),
    store: withWaitUntil(store, () => {}),
    clock,
    log: new FakeLog(),
    drivenBy: 'events',
  });
  const tick = () => {
    Object.assign(event, { calls: 0, refused: 0 });
    const limits = { forMs: 25_000, mayGoOn: () => calls.messages > 0 };
    return calls.during(() => service.onSchedule(limits));
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
  const calls = new SubrequestBudget();
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
  const calls = new SubrequestBudget();
  const store = new UpstashStore({ url: server.url.href, token: 'a', onCall: calls.count });
  const before = await calls.during(() => Promise.resolve(calls.messages));
  const after = await calls.during(async () => {
    for (let request = 0; request < 4; request++) await store.sharedState.read(['a']);
    return calls.messages;
  });
  expect(after).toBe(before - 2);
  await server.stop(true);
});
