import { describe, expect, test } from 'bun:test';
import { createAdmit } from '../../src/accept/admission.ts';
import { idKey } from '../../src/message/id-key.ts';
import type { Receipt } from '../../src/ports/receipts.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { aMessage, aSubmission } from '../support/fakes/messages.ts';

const LIMIT = { max: 2, windowMs: 1000 };
const RECEIPT: Receipt = { id: 'a', status: 'queued', topic: 'messages' };

function setup({ limit, remember = true }: { limit?: typeof LIMIT; remember?: boolean } = {}) {
  const clock = new FakeClock();
  const store = new FaultyStore(clock);
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
  const asked = () => store.callsTo('gate', 'admit').map(([asks]) => asks);
  return { admit, store, clock, asked, waiting, bypassed };
}

const keyOf = (id: string) => idKey({ id });
const withId = (id: string) => ({ message: aMessage({ id }), hasClientId: true, client: 'c' });
const kindsOf = (entries: readonly { admission: { kind: string } }[]) =>
  entries.map(({ admission }) => admission.kind);

describe('admission', () => {
  test('with neither a limit nor an id of the client nobody is asked', async () => {
    const { admit, asked } = setup();
    expect(kindsOf(await admit([aSubmission()]))).toEqual(['admitted']);
    expect(asked()).toEqual([]);
  });

  test('where ids are not remembered nobody is asked about them', async () => {
    const { admit, asked, waiting } = setup({ remember: false });
    waiting.set(keyOf('a'), RECEIPT);
    expect(kindsOf(await admit([withId('a'), withId('a')]))).toEqual(['admitted', 'admitted']);
    expect(asked()).toEqual([]);
  });

  test('all messages of a call are asked for at once, each for what concerns it', async () => {
    const { admit, asked } = setup({ limit: LIMIT });
    await admit([aSubmission(), withId('a'), withId('b')]);
    expect(asked()).toEqual([
      [
        { limit: { ...LIMIT, client: '192.0.2.1' }, hold: undefined },
        { limit: { ...LIMIT, client: 'c' }, hold: { id: keyOf('a'), nonce: expect.any(String), ms: 8000 } },
        { limit: { ...LIMIT, client: 'c' }, hold: { id: keyOf('b'), nonce: expect.any(String), ms: 8000 } },
      ],
    ]);
  });

  test('a client with a limit of its own is asked about that one, and ids of two owners do not meet', async () => {
    const { admit, asked } = setup({ limit: LIMIT });
    const own = { max: 9, windowMs: 5 };
    const of = (owner: string) => ({ ...withId('a'), message: aMessage({ id: 'a', owner }), limit: own });
    await admit([of('shop'), of('billing'), withId('a')]);
    const [asks = []] = asked();
    expect(asks.map(({ limit }) => limit)).toEqual([
      { ...own, client: 'c' },
      { ...own, client: 'c' },
      { ...LIMIT, client: 'c' },
    ]);
    expect(new Set(asks.map(({ hold }) => hold?.id)).size).toBe(3);
  });

  test('answers stand beside the messages that asked', async () => {
    const { admit } = setup();
    expect(kindsOf(await admit([withId('a'), aSubmission(), withId('a'), withId('b')]))).toEqual([
      'admitted',
      'admitted',
      'in-flight',
      'admitted',
    ]);
  });

  test('a receipt that the store does not have yet makes a duplicate all the same', async () => {
    const { admit, waiting, store } = setup({ limit: LIMIT });
    waiting.set(keyOf('a'), RECEIPT);
    const [entry] = await admit([withId('a')]);
    expect(entry?.admission).toMatchObject({ kind: 'replayed', receipt: RECEIPT, quota: { left: 1 } });
    expect(store.contents.held).toEqual([]);
  });

  test.each([
    ['has failed', { kind: 'failed', reason: 'gone' } as const],
    ['is behind an open circuit', { kind: 'refused', retryInMs: 1 } as const],
  ])('where the gate %s all are let in, and counted', async (_, fault) => {
    const { admit, store, bypassed } = setup({ limit: LIMIT });
    store.fault = fault;
    expect(kindsOf(await admit([withId('a'), withId('b'), withId('c')]))).toEqual(Array(3).fill('admitted'));
    expect(bypassed).toEqual([3]);
  });

  test('a gate that is silent is waited for 150 ms; what it may hold is released or confirmed later', async () => {
    const { admit, store, clock, bypassed } = setup();
    store.wait = new Promise(() => {});
    const admitted = admit([withId('a')]);
    await clock.advance(149);
    expect(bypassed).toEqual([]);
    await clock.advance(1);
    const [entry] = await admitted;
    expect(entry).toMatchObject({ admission: { kind: 'admitted' }, hold: { id: keyOf('a') } });
    expect(bypassed).toEqual([1]);
  });
});
