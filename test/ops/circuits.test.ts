import { describe, expect, test } from 'bun:test';
import { ANSWERED, type CallVerdict } from '../../src/breakers/verdict.ts';
import { createCircuit, logOrder } from '../../src/ops/circuits.ts';
import { FAULT } from '../support/fakes/circuit-fixture.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakeLog } from '../support/fakes/fake-log.ts';

function setup(which: 'kafka' | 'redis') {
  const log = new FakeLog();
  const clock = new FakeClock();
  let faults = 0;
  const settings = { failMax: 2, resetTimeoutMs: 1000, timeoutDurationMs: 2000 };
  const circuit = createCircuit(which, settings, { clock, log, onFault: () => faults++ });
  const run = (verdict: CallVerdict) =>
    circuit.run(
      () => Promise.resolve(verdict),
      (value) => value,
    );
  return { log, clock, circuit, run, faults: () => faults };
}

describe("an operator's view of a circuit", () => {
  test.each([
    ['kafka', 'kafka_producer', 'Kafka', 'kafka_circuit_breaker'],
    ['redis', 'redis_client', 'Redis', 'redis_circuit_breaker'],
  ] as const)('%s: its calls open, try and close it in these words', async (which, name, service, field) => {
    const { log, clock, run, faults } = setup(which);
    for (let count = 0; count < 2; count++) await run(FAULT);
    await clock.advance(1000);
    await run(ANSWERED);
    expect(log.lines).toEqual([
      `WARNING Circuit breaker ${name} opened - ${service} unavailable`,
      `INFO Circuit breaker ${name} half-open - Testing ${service} connection`,
      `INFO Circuit breaker ${name} closed - ${service} available`,
    ]);
    expect(log.fields).toEqual([
      { [field]: 'open', reason: 'down' },
      { [field]: 'half-open' },
      { [field]: 'closed' },
    ]);
    expect(faults()).toBe(2);
  });

  test('what an operator orders has lines of its own, with who and why, and says nothing of the service', () => {
    const { log, circuit } = setup('kafka');
    const order = { by: 'ana', reason: 'new disks', at: 1_764_671_400_000 };
    for (const mode of ['forced-open', 'forced-closed', 'auto'] as const) {
      circuit.force(mode);
      logOrder('kafka', { mode, ...order }, log);
    }
    expect(log.lines).toEqual([
      'WARNING Circuit breaker kafka_producer forced open - No call is made',
      'WARNING Circuit breaker kafka_producer forced closed - Every call is made',
      'WARNING Circuit breaker kafka_producer automatic again',
    ]);
    const said = { by: 'ana', reason: 'new disks', since: '2025-12-02T10:30:00.000Z' };
    expect(log.fields).toEqual([
      { kafka_circuit_breaker: 'forced-open', ...said },
      { kafka_circuit_breaker: 'forced-closed', ...said },
      { kafka_circuit_breaker: 'auto', ...said },
    ]);
  });
});
