import { describe, expect, test } from 'bun:test';
import { ANSWERED } from '../../src/breakers/verdict.ts';
import { circuitFixture, FAULT } from '../support/fakes/circuit-fixture.ts';

const LIMIT = { trialTimeoutMs: 4000 };
const EXPIRED = 'The trial gave no answer within 4000 ms';

describe('a trial that hangs', () => {
  test('is a failed one after its time, and the next comes after timeout_duration', async () => {
    const { clock, circuit, open, changes, faults } = circuitFixture(LIMIT);
    const trials = [new Promise<never>(() => {}), Promise.resolve(ANSWERED)];
    circuit.recoverBy(() => trials.shift() ?? Promise.resolve(FAULT));
    await open();
    await clock.advance(33_999);
    expect(circuit.state).toBe('half-open');
    await clock.advance(1);
    expect(circuit.state).toBe('open');
    expect(faults.at(-1)).toBe(EXPIRED);
    await clock.advance(59_999);
    expect(circuit.state).toBe('open');
    await clock.advance(1);
    expect(changes.slice(1)).toEqual(['half-open', `open: ${EXPIRED}`, 'half-open', 'closed']);
  });

  test('has an end where the settings name none', async () => {
    const { clock, circuit, open } = circuitFixture();
    circuit.recoverBy(() => new Promise(() => {}));
    await open();
    await clock.advance(35_000);
    expect(circuit.state).toBe('open');
  });

  test.each([['an answer', ANSWERED] as const, ['a fault', FAULT] as const])(
    'and ends late with %s has no vote and counts no further fault, and its caller gets the value',
    async (_, verdict) => {
      const { clock, circuit, open, pending, faults } = circuitFixture(LIMIT);
      await open();
      await clock.advance(30_000);
      const trial = pending();
      await clock.advance(4000);
      const told = faults.length;
      trial.resolve(verdict);
      expect(await trial.reply).toEqual({ kind: 'called', value: verdict });
      expect(circuit.state).toBe('open');
      expect(circuit.retryInMs).toBe(60_000);
      expect(faults).toHaveLength(told);
    },
  );

  test('and ends while the next one runs does not decide for it', async () => {
    const { clock, circuit, open, pending } = circuitFixture(LIMIT);
    await open();
    await clock.advance(30_000);
    const first = pending();
    await clock.advance(64_000);
    const second = pending();
    first.resolve(ANSWERED);
    await first.reply;
    expect(circuit.state).toBe('half-open');
    second.resolve(ANSWERED);
    await second.reply;
    expect(circuit.state).toBe('closed');
  });
});

test('a trial in time leaves no timer behind that could end a later one', async () => {
  const { clock, circuit, open, run, pending } = circuitFixture({ ...LIMIT, resetTimeoutMs: 1000 });
  await open();
  await clock.advance(1000);
  await run(ANSWERED);
  await open();
  await clock.advance(1000);
  const trial = pending();
  await clock.advance(3500);
  expect(circuit.state).toBe('half-open');
  trial.resolve(ANSWERED);
  await trial.reply;
});

describe('a trial that throws', () => {
  test.each<[string, () => Promise<never>]>([
    ['later', () => Promise.reject(new Error('broken'))],
    [
      'at once',
      () => {
        throw new Error('broken');
      },
    ],
  ])('%s has failed: the circuit stays open, and goes on trying', async (_, trial) => {
    const { clock, circuit, open, changes } = circuitFixture();
    circuit.recoverBy(trial);
    await open();
    await clock.advance(30_000);
    expect(changes.slice(1)).toEqual(['half-open', 'open: The trial threw: broken']);
    circuit.recoverBy(() => Promise.resolve(ANSWERED));
    await clock.advance(60_000);
    expect(circuit.state).toBe('closed');
  });

  test('gives its caller the exception', async () => {
    const { clock, circuit, open } = circuitFixture();
    await open();
    await clock.advance(30_000);
    const broken = Promise.reject(new Error('broken'));
    const reply = circuit.run(
      () => broken,
      () => ANSWERED,
    );
    expect(await reply.catch((error: unknown) => error)).toEqual(new Error('broken'));
    expect(circuit.retryInMs).toBe(60_000);
  });
});
