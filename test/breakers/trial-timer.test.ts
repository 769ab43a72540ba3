import { describe, expect, test } from 'bun:test';
import { ANSWERED, NEUTRAL } from '../../src/breakers/verdict.ts';
import { circuitFixture, FAULT } from '../support/fakes/circuit-fixture.ts';

describe("the timer's trial", () => {
  test.each([
    ['a tenth of the wait', 2000, 200],
    ['half a second, however long the wait', 30_000, 500],
  ])('comes later by chance, by %s at most, and never earlier', async (_, resetTimeoutMs, jitterMs) => {
    const { clock, circuit, open, random } = circuitFixture({ resetTimeoutMs });
    circuit.recoverBy(() => Promise.resolve(ANSWERED));
    random.value = 0.5;
    await open();
    await clock.advance(resetTimeoutMs + jitterMs / 2 - 1);
    expect(circuit.state).toBe('open');
    await clock.advance(1);
    expect(circuit.state).toBe('closed');
  });

  test('is stretched after a failed trial as well', async () => {
    const { clock, circuit, open, random } = circuitFixture();
    const verdicts = [FAULT];
    circuit.recoverBy(() => Promise.resolve(verdicts.shift() ?? ANSWERED));
    await open();
    random.value = 0.99;
    await clock.advance(30_000);
    await clock.advance(60_494);
    expect(circuit.state).toBe('open');
    await clock.advance(1);
    expect(circuit.state).toBe('closed');
  });

  test('leaves a call that comes before it to be the trial, and does not follow it', async () => {
    const { clock, circuit, open, random, run } = circuitFixture();
    let trials = 0;
    circuit.recoverBy(() => Promise.resolve((trials++, ANSWERED)));
    random.value = 0.99;
    await open();
    await clock.advance(30_000);
    expect(circuit.allows).toBe(true);
    expect(circuit.retryInMs).toBe(0);
    await run(ANSWERED);
    expect(circuit.state).toBe('closed');
    await clock.advance(10_000);
    expect(trials).toBe(0);
  });

  test('does not spin where trials say nothing', async () => {
    const { clock, circuit, open } = circuitFixture();
    let trials = 0;
    circuit.recoverBy(() => Promise.resolve(++trials < 100 ? NEUTRAL : ANSWERED));
    await open();
    await clock.advance(31_000);
    expect(trials).toBeWithin(5, 12);
  });

  test('is not set any more after a stop', async () => {
    const { clock, circuit, open, run } = circuitFixture();
    circuit.recoverBy(() => Promise.resolve(ANSWERED));
    circuit.stop();
    await open();
    await clock.advance(1_000_000);
    expect(circuit.state).toBe('open');
    await run(ANSWERED);
    expect(circuit.state).toBe('closed');
  });
});
