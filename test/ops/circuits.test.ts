import { describe, expect, test } from 'bun:test';
import { ANSWERED, type CallVerdict } from '../../src/breakers/verdict.ts';
import { createCircuit } from '../../src/ops/circuits.ts';
import { FAULT } from '../support/a-circuit.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeLog } from '../support/fakes.ts';

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

  test('what is forced has lines of its own, which say nothing of the service', () => {
    const { log, circuit } = setup('kafka');
    for (const mode of ['forced-open', 'forced-closed', 'auto'] as const) circuit.force(mode);
    expect(log.lines).toEqual([
      'WARNING Circuit breaker kafka_producer forced open - No call is made',
      'WARNING Circuit breaker kafka_producer forced closed - Every call is made',
      'INFO Circuit breaker kafka_producer automatic again',
    ]);
    expect(log.fields).toEqual([
      { kafka_circuit_breaker: 'open', mode: 'forced-open' },
      { kafka_circuit_breaker: 'closed', mode: 'forced-closed' },
      { kafka_circuit_breaker: 'closed', mode: 'auto' },
    ]);
  });
});
