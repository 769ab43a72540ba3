import { describe, expect, test } from 'bun:test';
import { Circuit } from '../../src/breakers/circuit.ts';
import { GuardedStore } from '../../src/breakers/guarded-store.ts';
import type { StoreReply } from '../../src/ports/store-reply.ts';
import type { Store } from '../../src/ports/store.ts';
import { pause } from '../../src/ports/clock.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';

function setup(over: { slowMs?: number } = {}) {
  const clock = new FakeClock();
  const inner = new FaultyStore(clock);
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
  ['reap', ({ list }) => list.reap({ maxAttempts: 10, reason: 'Poison' })],
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
    inner.list.park = async () => {
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

  describe('a store that answers reads and refuses writes', () => {
    const REFUSED = { kind: 'failed', reason: 'NOREPLICAS Not enough good replicas to write.' } as const;
    /** Parking fails for as long as it is set; all else is answered. */
    const refusing = () => {
      const service = setup();
      const park = service.inner.list.park.bind(service.inner.list);
      const state = { refuses: true };
      service.inner.list.park = (...args) => (state.refuses ? Promise.resolve(REFUSED) : park(...args));
      return { ...service, state };
    };

    test.each<[string, (store: Store) => Promise<StoreReply<unknown>>]>([
      ['a count', ({ list }) => list.backlog()],
      ['a look at dead letters', ({ list }) => list.deadLetters({ limit: 1 })],
      ['a receipt that is read', ({ receipts }) => receipts.read('x')],
      ['keys that are looked up', ({ list }) => list.parkedKeys(['x'])],
      ['a claim that finds nothing', ({ list }) => list.claim(CLAIM)],
      ['a lease that is not there', ({ list }) => list.renew('b', 1)],
      ['a settlement of nothing', ({ list }) => list.settle('b', [])],
      ['leases of which none has ended', ({ list }) => list.reap({ maxAttempts: 10, reason: 'Poison' })],
      ['letters of which there are none', ({ list }) => list.requeue('all')],
      ['a question about room', ({ list }) => list.park([], { maxLength: 1 })],
      ['its durability', (store) => store.durability()],
      ['a gate that was asked nothing', ({ gate }) => gate.admit([])],
      ['no receipts', ({ receipts }) => receipts.save([], 1)],
    ])('%s does not end the row of its faults', async (_, read) => {
      const { circuit, guarded, inner, state } = refusing();
      for (let count = 0; count < 3; count++) {
        state.refuses = true;
        await guarded.list.park(['x']);
        state.refuses = false;
        await read(guarded);
      }
      expect(circuit.state).toBe('open');
      expect(inner.contents.waiting).toEqual([]);
    });

    const LIMIT = { max: 9, windowMs: 1000, client: 'c' };
    test.each<[string, (store: Store) => Promise<unknown>]>([
      ['a message that is parked', ({ list }) => list.park(['y'])],
      ['a probe', (store) => store.probe()],
      ['a client that is let in', ({ gate }) => gate.admit([{ limit: LIMIT, hold: undefined }])],
      ['a receipt', ({ receipts }) => receipts.save([{ id: 'x', status: 'queued', topic: 't' }], 1000)],
    ])('%s does', async (_, write) => {
      const { circuit, guarded, state } = refusing();
      for (let count = 0; count < 5; count++) {
        state.refuses = true;
        await guarded.list.park(['x']);
        state.refuses = false;
        await write(guarded);
      }
      expect(circuit.state).toBe('closed');
    });

    test('a claim that takes an entry under lease does, and so do its renewal and its settlement', async () => {
      const { circuit, guarded, state, inner } = refusing();
      inner.contents.append(['a', 'b', 'c', 'd']);
      const fail = async () => {
        state.refuses = true;
        await guarded.list.park(['x']);
      };
      for (let count = 0; count < 3; count++) {
        await fail();
        await guarded.list.claim({ ...CLAIM, batch: `b${count}`, leaseMs: 1000 });
        await fail();
        expect(await guarded.list.renew(`b${count}`, 1000)).toEqual({ kind: 'done', value: true });
        await fail();
        await guarded.list.settle(`b${count}`, [{ kind: 'done' }]);
      }
      expect(circuit.state).toBe('closed');
    });

    test('a fault of a read is ended by a read, as before', async () => {
      const { circuit, guarded, inner } = setup();
      for (let count = 0; count < 5; count++) {
        inner.fault = { kind: 'failed', reason: 'gone' };
        await guarded.list.backlog();
        inner.fault = undefined;
        await guarded.list.backlog();
      }
      expect(circuit.state).toBe('closed');
    });

    test('a small write is no trial of it: a store that is nearly full takes it, and refuses messages', async () => {
      const { clock, circuit, guarded } = refusing();
      circuit.stop();
      for (let count = 0; count < 3; count++) await guarded.list.park(['x']);
      await clock.advance(1000);
      expect((await guarded.receipts.save([{ id: 'x', status: 'queued', topic: 't' }], 1000)).kind).toBe(
        'refused',
      );
      expect((await guarded.gate.admit([{ hold: { id: 'x', nonce: 'n', ms: 1000 } }])).kind).toBe('refused');
      expect(circuit.state).toBe('open');
      await guarded.probe();
      expect(circuit.state).toBe('closed');
      expect((await guarded.receipts.save([{ id: 'x', status: 'queued', topic: 't' }], 1000)).kind).toBe(
        'done',
      );
    });

    test('a read is no trial of it: the circuit closes by a write alone', async () => {
      const { clock, circuit, guarded, inner } = refusing();
      circuit.stop();
      for (let count = 0; count < 3; count++) await guarded.list.park(['x']);
      expect(circuit.state).toBe('open');
      await clock.advance(1000);
      expect((await guarded.list.backlog()).kind).toBe('refused');
      expect((await guarded.list.claim(CLAIM)).kind).toBe('done');
      expect(circuit.state).toBe('open');
      inner.list.park = () => Promise.resolve({ kind: 'done', value: 'parked' });
      await guarded.list.park(['x']);
      expect(circuit.state).toBe('closed');
      expect((await guarded.list.backlog()).kind).toBe('done');
    });
  });
});
