import { Circuit, type CircuitSettings } from '../breakers/circuit.ts';
import type { CircuitChange } from '../breakers/circuit-types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** How operators know a circuit: in the logs, in the metrics, by the service behind it. */
export const CIRCUIT_NAMES = {
  kafka: { name: 'kafka_producer', service: 'Kafka', field: 'kafka_circuit_breaker' },
  redis: { name: 'redis_client', service: 'Redis', field: 'redis_circuit_breaker' },
} as const;

/**
 * A circuit whose changes are logged in the operators' words, and whose faults are counted.
 * What an operator forces has lines of its own: nobody found the service unavailable, or available.
 */
export function createCircuit(
  which: keyof typeof CIRCUIT_NAMES,
  settings: CircuitSettings,
  { clock, log, onFault }: { clock: Clock; log: Log; onFault: () => void },
): Circuit {
  return new Circuit(settings, clock, {
    onFault,
    onChange(change) {
      if (change.by === 'operator') logForced(CIRCUIT_NAMES[which], change, log);
      else logState(CIRCUIT_NAMES[which], change, log);
    },
  });
}

type Names = (typeof CIRCUIT_NAMES)[keyof typeof CIRCUIT_NAMES];

function logState({ name, service, field }: Names, { state, reason }: CircuitChange, log: Log): void {
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
}

function logForced({ name, field }: Names, { state, mode }: CircuitChange, log: Log): void {
  switch (mode) {
    case 'forced-open':
      log.warning(`Circuit breaker ${name} forced open - No call is made`, { [field]: state, mode });
      return;
    case 'forced-closed':
      log.warning(`Circuit breaker ${name} forced closed - Every call is made`, { [field]: state, mode });
      return;
    case 'auto':
      log.info(`Circuit breaker ${name} automatic again`, { [field]: state, mode });
  }
}
