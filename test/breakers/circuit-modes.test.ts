import { describe, expect, test } from 'bun:test';
import { Circuit } from '../../src/breakers/circuit.ts';
import { ANSWERED } from '../../src/breakers/verdict.ts';
import { circuitFixture, FAULT } from '../support/fakes/circuit-fixture.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';

describe('a circuit that is forced open', () => {
  test('refuses every call and makes no trial, however long it takes', async () => {
    const { circuit, clock, run } = circuitFixture();
    let trials = 0;
    circuit.recoverBy(() => Promise.resolve((trials++, ANSWERED)));
    circuit.force('forced-open');
    for (let hours = 0; hours < 3; hours++) {
      expect(circuit).toMatchObject({ state: 'open', mode: 'forced-open', allows: false, retryInMs: 30_000 });
      expect(await run(ANSWERED)).toEqual({ kind: 'refused', retryInMs: 30_000 });
      await clock.advance(3_600_000);
    }
    expect(trials).toBe(0);
  });

  test('makes no trial either where one was due already', async () => {
    const { circuit, clock, open, run } = circuitFixture();
    circuit.recoverBy(() => Promise.resolve(ANSWERED));
    await open();
    await clock.advance(29_999);
    circuit.force('forced-open');
    await clock.advance(100_000);
    expect((await run(ANSWERED)).kind).toBe('refused');
    expect(circuit.state).toBe('open');
  });

  test('is open with a trial due at once when it is automatic again', async () => {
    const { circuit, run } = circuitFixture();
    circuit.force('forced-open');
    circuit.force('auto');
    expect(circuit).toMatchObject({ state: 'open', allows: true, retryInMs: 0 });
    await run(FAULT);
    expect(circuit).toMatchObject({ state: 'open', allows: false, retryInMs: 60_000 });
  });

  test('tries by itself when it is automatic again', async () => {
    const { circuit, clock } = circuitFixture();
    circuit.recoverBy(() => Promise.resolve(ANSWERED));
    circuit.force('forced-open');
    await clock.advance(5000);
    circuit.force('auto');
    await clock.advance(0);
    expect(circuit.state).toBe('closed');
  });

  test('leaves calls in flight alone, and they have no vote', async () => {
    const { circuit, pending } = circuitFixture({ failMax: 1 });
    const late = pending();
    circuit.force('forced-open');
    circuit.force('forced-closed');
    circuit.force('auto');
    late.resolve(FAULT);
    expect(await late.reply).toEqual({ kind: 'called', value: FAULT });
    expect(circuit.state).toBe('closed');
  });
});

describe('a circuit that is forced closed', () => {
  test('makes every call, tells its faults, and does not open', async () => {
    const { circuit, run, faults } = circuitFixture();
    circuit.force('forced-closed');
    for (let count = 0; count < 10; count++) expect((await run(FAULT)).kind).toBe('called');
    expect(circuit).toMatchObject({ state: 'closed', mode: 'forced-closed', allows: true, retryInMs: 0 });
    expect(faults).toHaveLength(10);
  });

  test('closes at once where it was open', async () => {
    const { circuit, clock, open, run } = circuitFixture();
    let trials = 0;
    circuit.recoverBy(() => Promise.resolve((trials++, FAULT)));
    await open();
    circuit.force('forced-closed');
    expect((await run(FAULT)).kind).toBe('called');
    await clock.advance(1_000_000);
    expect(circuit.state).toBe('closed');
    expect(trials).toBe(0);
  });

  test('counts anew when it is automatic again', async () => {
    const { circuit, run } = circuitFixture();
    for (const mode of ['forced-closed', 'auto'] as const) {
      await run(FAULT);
      await run(FAULT);
      circuit.force(mode);
    }
    await run(FAULT);
    await run(FAULT);
    expect(circuit.state).toBe('closed');
    await run(FAULT);
    expect(circuit.state).toBe('open');
  });
});

describe('a trial in flight when the circuit is forced', () => {
  test.each([
    ['forced-open', ANSWERED, 'open'],
    ['forced-closed', FAULT, 'closed'],
  ] as const)('%s has no say', async (mode, verdict, state) => {
    const { circuit, clock, open, pending, changes } = circuitFixture();
    await open();
    await clock.advance(30_000);
    const trial = pending();
    circuit.force(mode);
    trial.resolve(verdict);
    expect(await trial.reply).toEqual({ kind: 'called', value: verdict });
    expect(circuit.state).toBe(state);
    expect(changes).toEqual(['open: down', 'half-open', mode]);
  });

  test('has no say over the next trial, nor by running out of time', async () => {
    const { circuit, clock, open, pending } = circuitFixture({ trialTimeoutMs: 1000 });
    await open();
    await clock.advance(30_000);
    const old = pending();
    circuit.force('forced-open');
    circuit.force('auto');
    await clock.advance(500);
    const next = pending();
    await clock.advance(500);
    expect(circuit.state).toBe('half-open');
    old.resolve(FAULT);
    await old.reply;
    expect(circuit.state).toBe('half-open');
    next.resolve(ANSWERED);
    await next.reply;
    expect(circuit.state).toBe('closed');
  });
});

test('a change of the mode is told once, with whose it was; the same mode again changes nothing', async () => {
  const { circuit, clock, open, changes, pending } = circuitFixture();
  for (const mode of ['auto', 'forced-closed', 'forced-closed', 'forced-open', 'auto'] as const)
    circuit.force(mode);
  expect(changes).toEqual(['forced-closed', 'forced-open', 'auto']);
  circuit.force('forced-closed');
  circuit.force('auto');
  await open();
  const epoch = changes.length;
  circuit.force('auto');
  expect(changes).toHaveLength(epoch);
  await clock.advance(30_000);
  const trial = pending();
  circuit.force('auto');
  trial.resolve(ANSWERED);
  await trial.reply;
  expect(circuit.state).toBe('closed');
});

function throwIt(): never {
  throw new Error('The disk is full');
}

test('a log or a counter that throws takes no result away and stops no change', async () => {
  const clock = new FakeClock();
  const settings = { failMax: 1, resetTimeoutMs: 1000, timeoutDurationMs: 2000 };
  const circuit = new Circuit(settings, clock, { onChange: throwIt, onFault: throwIt }, () => 0);
  const run = (verdict = ANSWERED) =>
    circuit.run(
      () => Promise.resolve(verdict),
      (value) => value,
    );
  expect(await run(FAULT)).toEqual({ kind: 'called', value: FAULT });
  expect(circuit.state).toBe('open');
  await clock.advance(1000);
  expect(await run()).toEqual({ kind: 'called', value: ANSWERED });
  expect(circuit.state).toBe('closed');
  circuit.force('forced-open');
  expect(circuit.state).toBe('open');
});
