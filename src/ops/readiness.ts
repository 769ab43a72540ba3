import type { CircuitMode, CircuitState } from '../breakers/circuit.ts';
import type { Durability } from '../ports/durability.ts';
import type { ServiceName } from '../ports/service-name.ts';
import { isBlocked, reasonOf, type Snapshot } from './snapshot.ts';

type OfEach<T> = Readonly<Record<ServiceName, T>>;

/** Readiness: whether messages can be taken, into Kafka or into the list. */
export interface Readiness {
  readonly status: 'ready' | 'unavailable' | 'stopping';
  readonly circuits: OfEach<CircuitState>;
  /** Operators' overrides in force. Their names and reasons are for `/admin/circuits` alone. */
  readonly forced: Partial<OfEach<{ readonly mode: CircuitMode } | undefined>>;
  /** Durability of the list. At risk the service is ready all the same: Kafka may take everything. */
  readonly durability: Durability;
  /** Why the last call to each service failed. */
  readonly reasons: Partial<OfEach<string | undefined>>;
  /** Parts that run in this process, for development. Absent where both are real. */
  readonly embedded?: readonly ServiceName[];
  /** Topics that can't be written, each with the reason. Their messages go to the list. */
  readonly topics: Snapshot['topics'];
  /** Whether a backfill worker runs, here or in another process. */
  readonly worker: Snapshot['worker'];
  /** Messages that wait with no worker to drain them. */
  readonly undrained: number | undefined;
}

/** Ready while one path, Kafka or the list, is not known to be blocked. */
export function readinessOf(snapshot: Snapshot): Readiness {
  const { circuits, overrides, list, topics, worker, isStopping, embedded } = snapshot;
  const blocked = isBlocked('kafka', snapshot) && (isBlocked('redis', snapshot) || list.isFull);
  return {
    status: isStopping ? 'stopping' : blocked ? 'unavailable' : 'ready',
    circuits: { kafka: circuits.kafka.state, redis: circuits.redis.state },
    forced: { kafka: modeOf(overrides.kafka), redis: modeOf(overrides.redis) },
    durability: list.durability,
    reasons: { kafka: reasonOf(circuits.kafka), redis: reasonOf(circuits.redis) },
    topics,
    worker,
    undrained: list.undrained,
    ...(embedded.length > 0 && { embedded }),
  };
}

function modeOf(override: { readonly mode: CircuitMode } | undefined) {
  return override && { mode: override.mode };
}

/** Readiness of a worker: it drains while both Kafka and the list can be reached. */
export function drainReadinessOf(snapshot: Snapshot): Readiness {
  const readiness = readinessOf(snapshot);
  const cannotDrain = isBlocked('kafka', snapshot) || isBlocked('redis', snapshot);
  return readiness.status === 'ready' && cannotDrain ? { ...readiness, status: 'unavailable' } : readiness;
}
