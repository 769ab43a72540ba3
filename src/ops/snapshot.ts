import type { CircuitReport } from '../breakers/circuit.ts';
import type { CircuitOverrides } from '../fleet/operator-modes.ts';
import type { WorkerPresence } from '../fleet/worker-presence.ts';
import type { Durability } from '../ports/durability.ts';
import type { ServiceName } from '../ports/service-name.ts';

/** One picture of the process's state, for the health checks, the metrics and the operators' routes. */
export interface Snapshot {
  readonly isStopping: boolean;
  /** Parts that run in this process, for development. */
  readonly embedded: readonly ServiceName[];
  /** Whether Kafka and Redis are asked without traffic, so that no answer yet is a reason to wait. */
  readonly isWatching: boolean;
  readonly circuits: Readonly<Record<ServiceName, CircuitReport>>;
  /** Operators' overrides in force. */
  readonly overrides: CircuitOverrides;
  readonly list: {
    /** Whether the list was full at the last check. */
    readonly isFull: boolean;
    readonly durability: Durability;
    /** Messages that wait with no worker to drain them; undefined if there are none. */
    readonly undrained: number | undefined;
  };
  readonly worker: WorkerPresence;
  /** Topic → why it could not be written when it was last tried. */
  readonly topics: Readonly<Record<string, string>>;
}

/** Whether no message can go to the service, by its circuit and by what was last known of it. */
export function isBlocked(name: ServiceName, { circuits, isWatching }: Snapshot): boolean {
  const { state, evidence } = circuits[name];
  return state !== 'closed' || evidence.kind === 'fails' || (evidence.kind === 'none' && isWatching);
}

/** Why the last call to the service failed; undefined if it was answered. */
export function reasonOf({ evidence }: CircuitReport): string | undefined {
  return evidence.kind === 'fails' ? evidence.reason : undefined;
}
