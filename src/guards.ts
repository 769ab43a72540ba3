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
  readonly drivenBy: 'timers' | 'events';
  onFault: (service: ServiceName) => void;
  tryBacklog: NonNullable<GuardedPublisherDeps['tryBacklog']>;
}

/** Where nobody comes along more often than once a minute, an outage has to be told for longer. */
const EVENTS_TTL_MS = 150_000;

export type Guards = ReturnType<typeof createGuards>;

/** Puts circuits around the drivers, and lets the other processes and the operators have a say in them. */
export function createGuards(deps: GuardsDeps) {
  const { config, clock, log, drivenBy, onFault, tryBacklog, ...drivers } = deps;
  const circuit = (name: ServiceName) =>
    createCircuit(name, config.circuits[name], {
      clock,
      log,
      onFault: () => onFault(name),
      onChange: (change) => name === 'kafka' && outage?.changed(change),
    });
  const circuits = { kafka: circuit('kafka'), redis: circuit('redis') };
  if (drivenBy === 'events') for (const each of Object.values(circuits)) each.stop();
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
    ? new SharedOutage({
        circuit: circuits.kafka,
        board,
        clock,
        ttlMs: drivenBy === 'events' ? EVENTS_TTL_MS : undefined,
      })
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
