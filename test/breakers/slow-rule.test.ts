import { describe, expect, test } from 'bun:test';
import { ANSWERED, type CallVerdict, NEUTRAL } from '../../src/breakers/verdict.ts';
import { circuitFixture } from '../support/fakes/circuit-fixture.ts';

const SLOW = { slowMs: 200, failMax: 2 };

function setup(over = {}) {
  const parts = circuitFixture({ ...SLOW, ...over });
  const taking = async (ms: number, verdict: CallVerdict = ANSWERED) => {
    const { reply, resolve } = parts.pending();
    await parts.clock.advance(ms);
    resolve(verdict);
    return reply;
  };
  return { ...parts, taking };
}

describe('the slow rule', () => {
  test('makes a fault of an answer that took longer, and its caller gets the value', async () => {
    const { circuit, taking, faults, changes } = setup();
    expect(await taking(201)).toEqual({ kind: 'called', value: ANSWERED });
    await taking(201);
    expect(circuit.state).toBe('open');
    expect(faults).toEqual(['Slower than 200 ms', 'Slower than 200 ms']);
    expect(changes).toEqual(['open: Slower than 200 ms']);
  });

  test('takes an answer at the limit for one', async () => {
    const { circuit, taking, faults } = setup();
    for (let count = 0; count < 5; count++) await taking(200);
    expect(circuit.state).toBe('closed');
    expect(faults).toEqual([]);
  });

  test('is off where nothing is set', async () => {
    const { circuit, taking } = setup({ slowMs: undefined });
    for (let count = 0; count < 5; count++) await taking(1_000_000);
    expect(circuit.state).toBe('closed');
  });

  test('leaves faults and what says nothing as they are, however long they took', async () => {
    const { circuit, taking, faults } = setup();
    await taking(5000, { kind: 'fault', reason: 'down' });
    await taking(5000, NEUTRAL);
    expect(faults).toEqual(['down']);
    expect(circuit.state).toBe('closed');
  });

  test('counts a wire call that many calls share once', async () => {
    const { circuit, clock, pending, taking, faults } = setup();
    const calls = Array.from({ length: 10 }, () => pending());
    await clock.advance(300);
    const shared: CallVerdict = { kind: 'answered', call: {} };
    for (const { resolve } of calls) resolve(shared);
    await Promise.all(calls.map(({ reply }) => reply));
    expect(faults).toHaveLength(1);
    expect(circuit.state).toBe('closed');
    await taking(300, { kind: 'answered', call: {} });
    expect(circuit.state).toBe('open');
  });

  test('holds for a trial too', async () => {
    const { circuit, clock, open, taking } = setup();
    await open();
    await clock.advance(30_000);
    await taking(201);
    expect(circuit.state).toBe('open');
    expect(circuit.retryInMs).toBe(60_000);
    await clock.advance(60_000);
    await taking(199);
    expect(circuit.state).toBe('closed');
  });
});
