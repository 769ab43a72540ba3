import type { CircuitState } from '../breakers/circuit.ts';
import type { Orders } from '../fleet/operator-modes.ts';
import type { Durability } from '../ports/durability.ts';
import type { ServiceName } from '../ports/service-name.ts';

/** Whether messages can be taken, into Kafka or into the list. */
export interface Readiness {
  readonly status: 'ready' | 'unavailable' | 'stopping';
  readonly circuits: Readonly<Record<ServiceName, CircuitState>>;
  /** The circuits that an operator holds open or closed. */
  readonly forced: Partial<Orders>;
  /** How well the list keeps what is parked. At risk it is ready all the same: Kafka may take everything. */
  readonly durability: Durability;
}

/** One way that is not known to be blocked is enough. */
export function readinessOf(
  circuits: Readiness['circuits'],
  forced: Readiness['forced'],
  list: { readonly isFull: boolean; readonly durability: Durability },
  stopping: boolean,
): Readiness {
  const { durability } = list;
  if (stopping) return { status: 'stopping', circuits, forced, durability };
  const blocked = circuits.kafka !== 'closed' && (circuits.redis !== 'closed' || list.isFull);
  return { status: blocked ? 'unavailable' : 'ready', circuits, forced, durability };
}
