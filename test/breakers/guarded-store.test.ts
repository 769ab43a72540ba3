import { describe, expect, test } from 'bun:test';
import { Circuit } from '../../src/breakers/circuit.ts';
import { GuardedStore } from '../../src/breakers/guarded-store.ts';
import type { StoreReply } from '../../src/ports/store-reply.ts';
import type { Store } from '../../src/ports/store.ts';
import { pause } from '../../src/ports/clock.ts';
import { FakeStore } from '../support/fakes.ts';
import { FakeClock } from '../support/fake-clock.ts';

function setup(over: { slowMs?: number } = {}) {
  const clock = new FakeClock();
  const inner = new FakeStore();
  const circuit = new Circuit(
    { failMax: 3, resetTimeoutMs: 1000, timeoutDurationMs: 2000, ...over },
    clock,
    {},
    () => 0,
  );
  return { clock, inner, circuit, guarded: new GuardedStore(inner, circuit) };
}

const CLAIM = { batch: 'b', maxCount: 1, maxBytes: 1, leaseMs: 1 };
const VERBS: [string, (store: Store) => Promise<StoreReply<unknown>>][] = [
  ['park', ({ list }) => list.park(['x'])],
  ['claim', ({ list }) => list.claim(CLAIM)],
  ['renew', ({ list }) => list.renew('b', 1)],
  ['settle', ({ list }) => list.settle('b', [])],
  ['reap', ({ list }) => list.reap()],
  ['deadLetters', ({ list }) => list.deadLetters({ limit: 1 })],
  ['requeue', ({ list }) => list.requeue('all')],
  ['discard', ({ list }) => list.discard(['x'])],
  ['backlog', ({ list }) => list.backlog()],
  ['admit', ({ gate }) => gate.admit([])],
  ['release', ({ gate }) => gate.release([])],
  ['save', ({ receipts }) => receipts.save([], 1)],
  ['read', ({ receipts }) => receipts.read('x')],
];

describe('GuardedStore', () => {
  test.each(VERBS)('%s passes through, and its faults open the circuit', async (_, verb) => {
    const { inner, circuit, guarded } = setup();
    expect((await verb(guarded)).kind).toBe('done');
    inner.fault = { kind: 'failed', reason: 'gone' };
    for (let count = 0; count < 3; count++) expect((await verb(guarded)).kind).toBe('failed');
    expect(circuit.state).toBe('open');
    inner.fault = undefined;
    expect(await verb(guarded)).toEqual({ kind: 'refused', retryInMs: 1000 });
  });

  test('a call that many shared counts once', async () => {
    const { inner, circuit, guarded } = setup();
    inner.fault = { kind: 'failed', reason: 'gone', call: {} };
    for (let count = 0; count < 10; count++) await guarded.list.park(['x']);
    expect(circuit.state).toBe('closed');
    inner.fault = { kind: 'failed', reason: 'gone', call: {} };
    await guarded.list.park(['x']);
    inner.fault = { kind: 'failed', reason: 'gone', call: {} };
    await guarded.list.park(['x']);
    expect(circuit.state).toBe('open');
  });

  test('an answer that many shared is slow once', async () => {
    const { clock, inner, guarded, circuit } = setup({ slowMs: 50 });
    const call = {};
    inner.park = async () => {
      await pause(clock, 80);
      return { kind: 'done', value: 'parked', call };
    };
    const parked = Array.from({ length: 5 }, () => guarded.list.park(['x']));
    await clock.advance(80);
    await Promise.all(parked);
    expect(circuit.state).toBe('closed');
  });

  test('asking for its durability counts as well', async () => {
    const { inner, circuit, guarded } = setup();
    inner.fault = { kind: 'failed', reason: 'gone' };
    for (let count = 0; count < 3; count++) await guarded.durability();
    expect(circuit.state).toBe('open');
  });

  test('the circuit closes by a probe, without traffic', async () => {
    const { clock, inner, circuit, guarded } = setup();
    inner.fault = { kind: 'failed', reason: 'gone' };
    for (let count = 0; count < 3; count++) await guarded.list.park(['x']);
    inner.fault = undefined;
    await clock.advance(1000);
    expect(circuit.state).toBe('closed');
    expect((await guarded.list.park(['x'])).kind).toBe('done');
  });
});
