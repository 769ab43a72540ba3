import { afterEach, describe, expect, setSystemTime, test } from 'bun:test';
import { ANSWERED, NEUTRAL } from '../../src/breakers/verdict.ts';
import { circuitFixture, FAULT, type PendingCall } from '../support/fakes/circuit-fixture.ts';

afterEach(() => void setSystemTime());

describe('a closed circuit', () => {
  test('opens at the fault number fail_max, and not before', async () => {
    const { circuit, run, changes } = circuitFixture();
    await run(FAULT);
    await run(FAULT);
    expect(circuit.state).toBe('closed');
    await run(FAULT);
    expect(circuit.state).toBe('open');
    expect(changes).toEqual(['open: down']);
  });

  test('counts only faults in a row: an answer starts the count anew', async () => {
    const { circuit, run } = circuitFixture();
    for (const verdict of [FAULT, FAULT, ANSWERED, FAULT, ANSWERED, FAULT, FAULT]) await run(verdict);
    expect(circuit.state).toBe('closed');
  });

  test('counts what ends in the same turn in its order', async () => {
    const { circuit, pending, run } = circuitFixture();
    const verdicts = [FAULT, FAULT, ANSWERED];
    const calls = verdicts.map(() => pending());
    for (const [nth, verdict] of verdicts.entries()) calls[nth]?.resolve(verdict);
    await Promise.all(calls.map(({ reply }) => reply));
    await run(FAULT);
    expect(circuit.state).toBe('closed');
  });

  test('is not moved by calls that say nothing: neither opened nor reset', async () => {
    const { circuit, run } = circuitFixture();
    for (const verdict of [FAULT, NEUTRAL, FAULT, NEUTRAL, NEUTRAL]) await run(verdict);
    expect(circuit.state).toBe('closed');
    await run(FAULT);
    expect(circuit.state).toBe('open');
  });
});

describe('an open circuit', () => {
  test('refuses without calling, and says how long', async () => {
    const { circuit, clock, open } = circuitFixture();
    await open();
    await clock.advance(10_000);
    let called = false;
    const reply = await circuit.run(
      () => Promise.resolve((called = true)),
      () => ANSWERED,
    );
    expect(reply).toEqual({ kind: 'refused', retryInMs: 20_000 });
    expect(called).toBe(false);
  });

  test('lets the first call after reset_timeout through, and closes on its answer', async () => {
    const { circuit, clock, open, run, changes } = circuitFixture();
    await open();
    await clock.advance(29_999);
    expect((await run(ANSWERED)).kind).toBe('refused');
    await clock.advance(1);
    expect((await run(ANSWERED)).kind).toBe('called');
    expect(circuit.state).toBe('closed');
    expect(changes).toEqual(['open: down', 'half-open', 'closed']);
  });

  test('stays open for timeout_duration after a failed trial', async () => {
    const { clock, open, run, circuit, changes } = circuitFixture();
    await open();
    await clock.advance(30_000);
    await run(FAULT);
    expect(changes).toEqual(['open: down', 'half-open', 'open: down']);
    await clock.advance(59_999);
    expect((await run(ANSWERED)).kind).toBe('refused');
    await clock.advance(1);
    await run(ANSWERED);
    expect(circuit.state).toBe('closed');
  });

  test('recovers by a trial of its own, without traffic', async () => {
    const { clock, open, circuit } = circuitFixture();
    const verdicts = [FAULT, ANSWERED];
    circuit.recoverBy(() => Promise.resolve(verdicts.shift() ?? ANSWERED));
    await open();
    await clock.advance(30_000);
    expect(circuit.state).toBe('open');
    await clock.advance(60_000);
    expect(circuit.state).toBe('closed');
  });

  test('recovers by its own trial where the timer fires a little early, as timers do', async () => {
    const { clock, open, circuit } = circuitFixture({ resetTimeoutMs: 2009.9999999999998 });
    clock.truncates = true;
    circuit.recoverBy(() => Promise.resolve(ANSWERED));
    await open();
    await clock.advance(2010);
    expect(circuit.state).toBe('closed');
  });

  test('that was stopped makes no trial of its own', async () => {
    const { clock, open, circuit } = circuitFixture();
    circuit.recoverBy(() => Promise.resolve(ANSWERED));
    await open();
    circuit.stop();
    await clock.advance(1_000_000);
    expect(circuit.state).toBe('open');
  });

  test('does not wait longer because the wall clock was set back', async () => {
    const { clock, open, run, circuit } = circuitFixture();
    await open();
    // cockatiel reads the runtime's clock, not ours.
    setSystemTime(Date.now() - 3_600_000);
    await clock.advance(30_000);
    await run(ANSWERED);
    expect(circuit.state).toBe('closed');
  });
});

describe('a half-open circuit', () => {
  test('refuses everyone but the one trial', async () => {
    const { circuit, clock, open, run, pending } = circuitFixture();
    await open();
    await clock.advance(30_000);
    const trial = pending();
    expect(circuit.state).toBe('half-open');
    expect(circuit.allows).toBe(false);
    expect((await run(ANSWERED)).kind).toBe('refused');
    trial.resolve(ANSWERED);
    expect((await trial.reply).kind).toBe('called');
    expect((await run(ANSWERED)).kind).toBe('called');
  });

  test('gives the caller of a failed trial its value', async () => {
    const { clock, open, pending } = circuitFixture();
    await open();
    await clock.advance(30_000);
    const trial = pending();
    trial.resolve(FAULT);
    expect(await trial.reply).toEqual({ kind: 'called', value: FAULT });
  });

  test('stays open after a trial that said nothing, and the next trial may come at once', async () => {
    const { circuit, clock, open, run } = circuitFixture();
    await open();
    await clock.advance(30_000);
    await run(NEUTRAL);
    expect(circuit.state).toBe('open');
    await run(ANSWERED);
    expect(circuit.state).toBe('closed');
  });
});

describe('a late result', () => {
  test('of a call from before the opening does not close the circuit', async () => {
    const { circuit, open, pending } = circuitFixture();
    const late = pending();
    await open();
    late.resolve(ANSWERED);
    await late.reply;
    expect(circuit.state).toBe('open');
  });

  test('of a call from before the recovery does not count against the closed circuit', async () => {
    const { circuit, clock, open, run, pending } = circuitFixture();
    const late: PendingCall[] = [];
    for (let count = 0; count < 3; count++) late.push(pending());
    await open();
    await clock.advance(30_000);
    await run(ANSWERED);
    for (const call of late) call.resolve(FAULT);
    await Promise.all(late.map(({ reply }) => reply));
    expect(circuit.state).toBe('closed');
  });
});

test('every fault is told, also those that have no vote', async () => {
  const { open, faults, pending } = circuitFixture();
  const late = pending();
  await open();
  late.resolve(FAULT);
  await late.reply;
  expect(faults).toHaveLength(4);
});
