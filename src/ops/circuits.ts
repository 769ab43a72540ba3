import { Circuit, type CircuitSettings, type CircuitMode } from '../breakers/circuit.ts';
import type { CircuitChange } from '../breakers/circuit-types.ts';
import type { CircuitOverride } from '../fleet/operator-modes.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ServiceName } from '../ports/service-name.ts';

/** Names of a circuit in logs and metrics. */
const CIRCUIT_NAMES = {
  kafka: { name: 'kafka_producer', service: 'Kafka', field: 'kafka_circuit_breaker' },
  redis: { name: 'redis_client', service: 'Redis', field: 'redis_circuit_breaker' },
} as const satisfies Record<ServiceName, unknown>;

export interface CircuitDeps {
  readonly clock: Clock;
  readonly log: Log;
  onFault: () => void;
}

/** Creates a circuit that logs its changes in the operators' words, and reports its faults. */
export function createCircuit(
  which: ServiceName,
  settings: CircuitSettings,
  { clock, log, onFault }: CircuitDeps,
): Circuit {
  return new Circuit(settings, clock, {
    onFault,
    onChange(change) {
      // An override has log lines of its own: no call found the service unavailable, or available.
      if (change.by !== 'operator') logState(CIRCUIT_NAMES[which], change, log);
    },
  });
}

const WORDS: Record<CircuitMode, string> = {
  auto: 'automatic again',
  'forced-open': 'forced open - No call is made',
  'forced-closed': 'forced closed - Every call is made',
};

/** Logs an operator's override, or its end. */
export function logOrder(which: ServiceName, order: CircuitOverride, log: Log): void {
  const { name, field } = CIRCUIT_NAMES[which];
  const { mode, by, reason, at } = order;
  const since = new Date(at).toISOString();
  log.warning(`Circuit breaker ${name} ${WORDS[mode]}`, { [field]: mode, by, reason, since });
}

type Names = (typeof CIRCUIT_NAMES)[ServiceName];

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
