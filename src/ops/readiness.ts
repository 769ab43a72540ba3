import type { CircuitState } from '../breakers/circuit.ts';
import type { ServiceName } from './metrics.ts';

/** Whether messages can be taken, into Kafka or into the list. */
export interface Readiness {
  readonly status: 'ready' | 'unavailable' | 'stopping';
  readonly circuits: Readonly<Record<ServiceName, CircuitState>>;
}

/** One way that is not known to be blocked is enough. */
export function readinessOf(circuits: Readiness['circuits'], stopping: boolean): Readiness {
  if (stopping) return { status: 'stopping', circuits };
  const blocked = circuits.kafka !== 'closed' && circuits.redis !== 'closed';
  return { status: blocked ? 'unavailable' : 'ready', circuits };
}
