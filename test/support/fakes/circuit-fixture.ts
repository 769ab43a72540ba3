import { Circuit, type CircuitReply, type CircuitSettings } from '../../../src/breakers/circuit.ts';
import type { CallVerdict } from '../../../src/breakers/verdict.ts';
import { FakeClock } from './fake-clock.ts';

export const FAULT: CallVerdict = { kind: 'fault', reason: 'down' };

/** A call that ends when the test says so. */
export interface PendingCall {
  readonly reply: Promise<CircuitReply<CallVerdict>>;
  readonly resolve: (verdict: CallVerdict) => void;
}

/**
 * A test fixture: a circuit on a fake clock, what it told its listeners, and calls to run through it. It has the numbers of `redis_client`'s faults and
 * `kafka_producer`'s waits, and no jitter.
 */
export function circuitFixture(over: Partial<CircuitSettings> = {}) {
  const settings = { failMax: 3, resetTimeoutMs: 30_000, timeoutDurationMs: 60_000, ...over };
  const clock = new FakeClock();
  const changes: string[] = [];
  const faults: string[] = [];
  const random = { value: 0 };
  const circuit = new Circuit(
    settings,
    clock,
    {
      onChange({ state, mode, by, reason }) {
        changes.push([by === 'operator' ? mode : state, reason].filter(Boolean).join(': '));
      },
      onFault: (reason) => faults.push(reason),
    },
    () => random.value,
  );
  const run = (verdict: CallVerdict) =>
    circuit.run(
      () => Promise.resolve(verdict),
      (value) => value,
    );
  const pending = (): PendingCall => {
    const { promise, resolve } = Promise.withResolvers<CallVerdict>();
    const reply = circuit.run(
      () => promise,
      (value) => value,
    );
    return { reply, resolve };
  };
  const open = async () => {
    for (let count = 0; count < settings.failMax; count++) await run(FAULT);
  };
  return { clock, circuit, random, changes, faults, run, pending, open };
}
