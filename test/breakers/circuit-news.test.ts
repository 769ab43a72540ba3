import { describe, expect, test } from 'bun:test';
import { ANSWERED } from '../../src/breakers/verdict.ts';
import { circuitFixture, FAULT } from '../support/fakes/circuit-fixture.ts';

const NEWS = 'Another process found it unavailable';

describe('a circuit that hears of an outage', () => {
  test('opens without a fault, says why, and has its first trial after reset_timeout', async () => {
    const { circuit, clock, changes, faults, run } = circuitFixture();
    circuit.openOnNews(NEWS);
    expect(changes).toEqual([`open: ${NEWS}`]);
    expect(faults).toEqual([]);
    expect(await run(ANSWERED)).toEqual({ kind: 'refused', retryInMs: 30_000 });
    circuit.recoverBy(() => Promise.resolve(ANSWERED));
    await clock.advance(30_000);
    expect(circuit.state).toBe('closed');
  });

  test('does not hear results of calls from before', async () => {
    const { circuit, pending, clock, run, changes } = circuitFixture({ failMax: 1 });
    const before = pending();
    const alsoBefore = pending();
    circuit.openOnNews(NEWS);
    alsoBefore.resolve(FAULT);
    await alsoBefore.reply;
    expect(changes).toEqual([`open: ${NEWS}`]);
    await clock.advance(30_000);
    await run(ANSWERED);
    before.resolve(FAULT);
    await before.reply;
    expect(circuit.state).toBe('closed');
  });

  test('is not moved where it is open already, or an operator holds it', async () => {
    const { circuit, clock, open, changes } = circuitFixture();
    await open();
    await clock.advance(10_000);
    circuit.openOnNews(NEWS);
    expect(circuit.retryInMs).toBe(20_000);
    circuit.force('forced-closed');
    circuit.openOnNews(NEWS);
    expect(circuit.state).toBe('closed');
    expect(changes.filter((change) => change.includes(NEWS))).toEqual([]);
  });

  test('tries at once when it hears of the end', async () => {
    const { circuit, clock } = circuitFixture();
    circuit.recoverBy(() => Promise.resolve(ANSWERED));
    circuit.openOnNews(NEWS);
    circuit.tryNow();
    await clock.advance(1);
    expect(circuit.state).toBe('closed');
  });

  test('tries nothing while an operator holds it open', async () => {
    const { circuit, clock } = circuitFixture();
    let trials = 0;
    circuit.recoverBy(() => {
      trials++;
      return Promise.resolve(ANSWERED);
    });
    circuit.force('forced-open');
    circuit.tryNow();
    await clock.advance(60_000);
    expect([circuit.state, trials]).toEqual(['open', 0]);
  });
});
