import { GuardedPublisher, type GuardedPublisherDeps } from './breakers/guarded-publisher.ts';
import { GuardedStore } from './breakers/guarded-store.ts';
import type { Config } from './config.ts';
import { Fleet } from './fleet/fleet.ts';
import { OperatorModes } from './fleet/operator-modes.ts';
import { SharedOutage } from './fleet/shared-outage.ts';
import { createCircuit, logOrder } from './ops/circuits.ts';
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { Publisher } from './ports/publisher.ts';
import type { ServiceName } from './ports/service-name.ts';
import type { Store } from './ports/store.ts';

export interface GuardsDeps {
  readonly config: Config;
  readonly publisher: Publisher;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  onFault: (service: ServiceName) => void;
  tryBacklog: NonNullable<GuardedPublisherDeps['tryBacklog']>;
}

export type Guards = ReturnType<typeof createGuards>;

/** Puts circuits around the drivers, and lets the other processes and the operators have a say in them. */
export function createGuards({ config, clock, log, onFault, tryBacklog, ...drivers }: GuardsDeps) {
  const circuit = (name: ServiceName) =>
    createCircuit(name, config.circuits[name], {
      clock,
      log,
      onFault: () => onFault(name),
      onChange: (change) => name === 'kafka' && outage?.changed(change),
    });
  const circuits = { kafka: circuit('kafka'), redis: circuit('redis') };
  const publisher = new GuardedPublisher({
    inner: drivers.publisher,
    circuit: circuits.kafka,
    clock,
    deadlineMs: config.publishTimeoutMs,
    tryBacklog,
  });
  const store = new GuardedStore(drivers.store, circuits.redis);
  const { board } = store;
  const outage = config.circuitSharing
    ? new SharedOutage({ circuit: circuits.kafka, board, clock })
    : undefined;
  const modes = new OperatorModes({
    circuits,
    board,
    onOrder: (name, order) => logOrder(name, order, log),
  });
  const fleet = new Fleet({ board, clock, log, modes, outage });
  const states = () => ({ kafka: circuits.kafka.state, redis: circuits.redis.state });
  return { circuits, states, publisher, store, modes, fleet };
}
