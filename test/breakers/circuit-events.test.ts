import { describe, expect, test } from 'bun:test';
import { Circuit } from '../../src/breakers/circuit.ts';
import { ANSWERED, type CallVerdict } from '../../src/breakers/verdict.ts';
import { circuitFixture, FAULT } from '../support/fakes/circuit-fixture.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';

describe('a circuit whose timers are stopped', () => {
  test('makes its own trial when it is asked to, and not before it is due', async () => {
    const { circuit, clock, open } = circuitFixture();
    circuit.stop();
    let trials = 0;
    circuit.recoverBy(() => Promise.resolve(trials++ === 0 ? FAULT : ANSWERED));
    await open();
    await clock.advance(29_999);
    await circuit.tryDue();
    expect(trials).toBe(0);
    await clock.advance(100_000);
    expect(trials).toBe(0);
    await circuit.tryDue();
    expect([trials, circuit.state, circuit.retryInMs]).toEqual([1, 'open', 60_000]);
    await clock.advance(60_000);
    await circuit.tryDue();
    expect([trials, circuit.state]).toEqual([2, 'closed']);
  });

  test('takes a call that comes when a trial is due for the trial', async () => {
    const { circuit, clock, open, run } = circuitFixture();
    circuit.stop();
    await open();
    await clock.advance(30_000);
    expect((await run(ANSWERED)).kind).toBe('called');
    expect(circuit.state).toBe('closed');
  });
});

describe('a trial that ended with its request, and its timer with it', () => {
  /** The runtime has ended whatever timers were set. */
  class DeafClock extends FakeClock {
    override after(): () => void {
      return () => {};
    }
  }

  function lose() {
    const clock = new DeafClock();
    const settings = { failMax: 1, resetTimeoutMs: 1000, timeoutDurationMs: 1000, trialTimeoutMs: 2000 };
    const circuit = new Circuit(settings, clock);
    const run = (verdict: Promise<CallVerdict>) =>
      circuit.run(
        () => verdict,
        (value) => value,
      );
    const lost = Promise.withResolvers<CallVerdict>();
    const begin = async () => {
      await run(Promise.resolve(FAULT));
      await clock.advance(1000);
      void run(lost.promise);
      await clock.advance(0);
    };
    return { circuit, clock, run, lost, begin };
  }

  test('is given up after twice its time: the next call is the trial', async () => {
    const { circuit, clock, run, begin } = lose();
    await begin();
    await clock.advance(3999);
    expect((await run(Promise.resolve(ANSWERED))).kind).toBe('refused');
    expect(circuit.state).toBe('half-open');
    await clock.advance(1);
    expect((await run(Promise.resolve(ANSWERED))).kind).toBe('called');
    expect(circuit.state).toBe('closed');
  });

  test('has no vote when it comes back', async () => {
    const { circuit, clock, run, lost, begin } = lose();
    await begin();
    await clock.advance(4000);
    await run(Promise.resolve(ANSWERED));
    lost.resolve(FAULT);
    await clock.advance(0);
    expect(circuit.state).toBe('closed');
  });
});

test('a listener that comes after the circuit was made hears of each change, whatever another one throws', async () => {
  const { circuit, clock, open, run } = circuitFixture();
  const heard: string[] = [];
  circuit.onChange(() => {
    throw new Error('Broken listener');
  });
  circuit.onChange(({ state }) => void heard.push(state));
  await open();
  await clock.advance(30_000);
  await run(ANSWERED);
  expect(heard).toEqual(['open', 'half-open', 'closed']);
});
