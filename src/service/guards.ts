import { GuardedStore } from '../breakers/guarded-store.ts';
import type { Config } from '../config/config.ts';
import { Fleet } from '../fleet/fleet.ts';
import { OperatorModes } from '../fleet/operator-modes.ts';
import { SharedOutage } from '../fleet/shared-outage.ts';
import { WorkerPresenceBoard } from '../fleet/worker-presence.ts';
import { createCircuit, logOrder } from '../ops/circuits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ServiceName } from '../ports/service-name.ts';
import type { Store } from '../ports/store.ts';

export interface GuardsDeps {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** How long an outage stays in the shared state unless it is prolonged; undefined: the default. */
  readonly outageTtlMs: number | undefined;
  onFault: (service: ServiceName) => void;
  /** Whether the loop of this process's worker goes round. */
  isTurning: () => boolean;
}

/** The circuits, the store behind its own, and the say that other processes and operators have in them. */
export function createGuards(deps: GuardsDeps) {
  const { config, store: inner, clock, log, outageTtlMs, onFault, isTurning } = deps;
  const circuit = (name: ServiceName) =>
    createCircuit(name, config.circuits[name], { clock, log, onFault: () => onFault(name) });
  const circuits = { kafka: circuit('kafka'), redis: circuit('redis') };
  const store = new GuardedStore(inner, circuits.redis);
  const { sharedState } = store;
  const outage = config.circuitSharing
    ? new SharedOutage({ circuit: circuits.kafka, sharedState, clock, ttlMs: outageTtlMs })
    : undefined;
  if (outage) circuits.kafka.onChange((change) => outage.changed(change));
  const modes = new OperatorModes({
    circuits,
    sharedState,
    onOrder: (name, order) => logOrder(name, order, log),
  });
  const isInline = config.backfill === 'inline';
  const workers = new WorkerPresenceBoard({ sharedState, clock, isInline, isTurning });
  const fleet = new Fleet({ sharedState, clock, log, modes, workers, outage });
  return { circuits, store, modes, workers, fleet };
}
