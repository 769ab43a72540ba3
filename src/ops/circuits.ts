import { Circuit, type CircuitSettings } from '../breakers/circuit.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** How operators know a circuit: in the logs, in the metrics, by the service behind it. */
export const CIRCUIT_NAMES = {
  kafka: { name: 'kafka_producer', service: 'Kafka', field: 'kafka_circuit_breaker' },
  redis: { name: 'redis_client', service: 'Redis', field: 'redis_circuit_breaker' },
} as const;

/** A circuit whose changes are logged in the operators' words, and whose faults are counted. */
export function createCircuit(
  which: keyof typeof CIRCUIT_NAMES,
  settings: CircuitSettings,
  { clock, log, onFault }: { clock: Clock; log: Log; onFault: () => void },
): Circuit {
  const { name, service, field } = CIRCUIT_NAMES[which];
  return new Circuit(settings, clock, {
    onFault,
    onChange(state, reason) {
      switch (state) {
        case 'open':
          log.warning(`Circuit breaker ${name} opened - ${service} unavailable`, { [field]: state, reason });
          return;
        case 'half-open':
          log.info(`Circuit breaker ${name} half-open - Testing ${service} connection`, { [field]: state });
          return;
        case 'closed':
          log.info(`Circuit breaker ${name} closed - ${service} available`, { [field]: state });
      }
    },
  });
}
