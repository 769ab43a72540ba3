import { describe, expect, test } from 'bun:test';
import { createAdmit } from '../../src/accept/admission.ts';
import type { Receipt } from '../../src/ports/receipts.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aMessage, aSubmission, FakeStore } from '../support/fakes.ts';

const LIMIT = { max: 2, windowMs: 1000 };
const RECEIPT: Receipt = { id: 'a', status: 'queued', topic: 'messages' };

function setup({ limit, remember = true }: { limit?: typeof LIMIT; remember?: boolean } = {}) {
  const store = new FakeStore();
  const clock = new FakeClock();
  const waiting = new Map<string, Receipt>();
  const bypassed: number[] = [];
  const admit = createAdmit({
    gate: store.gate,
    clock,
    limit,
    holdMs: remember ? 8000 : undefined,
    waitingReceipt: (id) => waiting.get(id),
    onBypass: (count) => bypassed.push(count),
  });
  return { admit, store, clock, waiting, bypassed };
}

const named = (id: string) => ({ message: aMessage({ id }), named: true, client: 'c' });
const kindsOf = (entries: readonly { admission: { kind: string } }[]) =>
  entries.map(({ admission }) => admission.kind);

describe('admission', () => {
  test('with neither a limit nor an id of the client nobody is asked', async () => {
    const { admit, store } = setup();
    expect(kindsOf(await admit([aSubmission()]))).toEqual(['admitted']);
    expect(store.marks.asked).toEqual([]);
  });

  test('where ids are not remembered nobody is asked about them', async () => {
    const { admit, store, waiting } = setup({ remember: false });
    waiting.set('a', RECEIPT);
    expect(kindsOf(await admit([named('a'), named('a')]))).toEqual(['admitted', 'admitted']);
    expect(store.marks.asked).toEqual([]);
  });

  test('all messages of a call are asked for at once, each for what concerns it', async () => {
    const { admit, store } = setup({ limit: LIMIT });
    await admit([aSubmission(), named('a'), named('b')]);
    expect(store.marks.asked).toEqual([
      [
        { limit: { ...LIMIT, client: '192.0.2.1' }, hold: undefined },
        { limit: { ...LIMIT, client: 'c' }, hold: { id: 'a', nonce: expect.any(String), ms: 8000 } },
        { limit: { ...LIMIT, client: 'c' }, hold: { id: 'b', nonce: expect.any(String), ms: 8000 } },
      ],
    ]);
  });

  test('answers stand beside the messages that asked', async () => {
    const { admit } = setup();
    expect(kindsOf(await admit([named('a'), aSubmission(), named('a'), named('b')]))).toEqual([
      'admitted',
      'admitted',
      'in-flight',
      'admitted',
    ]);
  });

  test('a receipt that the store does not have yet makes a duplicate all the same', async () => {
    const { admit, waiting, store } = setup({ limit: LIMIT });
    waiting.set('a', RECEIPT);
    const [entry] = await admit([named('a')]);
    expect(entry?.admission).toMatchObject({ kind: 'replayed', receipt: RECEIPT, quota: { left: 1 } });
    expect(store.marks.held.size).toBe(0);
  });

  test.each([
    ['has failed', { kind: 'failed', reason: 'gone' } as const],
    ['is behind an open circuit', { kind: 'refused', retryInMs: 1 } as const],
  ])('where the gate %s all are let in, and counted', async (_, fault) => {
    const { admit, store, bypassed } = setup({ limit: LIMIT });
    store.fault = fault;
    expect(kindsOf(await admit([named('a'), named('b'), named('c')]))).toEqual(Array(3).fill('admitted'));
    expect(bypassed).toEqual([3]);
  });

  test('a gate that is silent is waited for 150 ms; what it may hold is released or confirmed later', async () => {
    const { admit, store, clock, bypassed } = setup();
    store.marks.wait = new Promise(() => {});
    const admitted = admit([named('a')]);
    await clock.advance(149);
    expect(bypassed).toEqual([]);
    await clock.advance(1);
    const [entry] = await admitted;
    expect(entry).toMatchObject({ admission: { kind: 'admitted' }, hold: { id: 'a' } });
    expect(bypassed).toEqual([1]);
  });
});
