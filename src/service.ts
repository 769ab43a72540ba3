import { orderKeyOfEntry } from './accept/order-key.ts';
import { recover, type RecoverLimits } from './backfill/recover.ts';
import { HeadTrial } from './backfill/trial.ts';
import { BackfillWorker } from './backfill/worker.ts';
import type { Circuit } from './breakers/circuit.ts';
import type { Config } from './config.ts';
import type { Fleet } from './fleet/fleet.ts';
import { createGuards } from './guards.ts';
import { type App, createApp } from './http/app.ts';
import type { Phase } from './http/phase.ts';
import type { DevDeps } from './http/routes/dev.ts';
import { createIntake } from './intake.ts';
import { createMetrics } from './ops/metrics.ts';
import { readinessOf } from './ops/readiness.ts';
import { StoreWatch } from './ops/store-watch.ts';
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { Publisher } from './ports/publisher.ts';
import type { Receipt } from './ports/receipts.ts';
import type { Store } from './ports/store.ts';

export interface ServiceDeps {
  readonly config: Config;
  readonly publisher: Publisher;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * `timers`: it keeps itself going. `events`: the runtime has no timers between requests, so that
   * whoever gets an event has to see to `fleet`, `watch` and `recover`. `timers` where it is left out.
   */
  readonly drivenBy?: 'timers' | 'events';
  /** The embedded log, where it is the one that is used. */
  readonly devKafka?: DevDeps['kafka'] | undefined;
}

export interface Service {
  readonly app: App;
  readonly worker: BackfillWorker;
  readonly watch: StoreWatch;
  readonly fleet: Fleet;
  /** The circuit of Kafka, as far as others may know of it. */
  readonly kafka: Pick<Circuit, 'state' | 'retryInMs' | 'tryNow'>;
  /** Makes the trial that is due and drains, within limits; see `recover`. */
  readonly recover: (limits: RecoverLimits) => Promise<void>;
  /** Makes the first connection to Kafka, so that no message waits for it. */
  readonly warmUp: () => Promise<void>;
  /** Says that it is not ready any more, and on each answer that the connection closes; goes on with its work. */
  readonly leave: () => void;
  /**
   * Refuses new messages from now on, and settles when each one that was accepted has its outcome
   * and the worker its batch. After 5 s nothing waits for Kafka any longer: it is parked.
   */
  readonly finish: () => Promise<void>;
  /** Lets go of Kafka and the store, once all is finished. */
  readonly close: () => Promise<void>;
}

/** Platforms kill after 10 s: time is left to park, and to answer. */
const GIVE_UP_MS = 5000;

/** Puts the parts together: circuits around the drivers, and the API and the worker in front of them. */
export function createService(deps: ServiceDeps): Service {
  const { config, clock, log, devKafka, drivenBy = 'timers', ...drivers } = deps;
  const { circuits, states, publisher, store, modes, fleet } = createGuards({
    ...drivers,
    config,
    clock,
    log,
    drivenBy,
    onFault: (name) => metrics.countFault(name),
    tryBacklog: (publish) => trial.run(publish),
  });
  const metrics = createMetrics(circuits, store.list, drivers.publisher.stats);
  const { accept, inFlight, recorder } = createIntake({
    config,
    publisher,
    store,
    metrics,
    clock,
    log,
    drivenBy,
  });
  const ordered = config.ordering === 'key';
  const drain = {
    list: store.list,
    clock,
    log,
    record: (receipt: Receipt) => recorder.record(receipt),
    publishTimeoutMs: config.publishTimeoutMs,
    maxAgeMs: config.fallbackMaxAgeMs,
    ordered,
  };
  const trial = new HeadTrial(drain);
  const worker = new BackfillWorker({
    ...drain,
    publisher: { publish: (messages) => publisher.publishBacklog(messages) },
    mayPublish: () => circuits.kafka.state === 'closed',
    liveCount: () => publisher.liveCount,
  });
  const watch = new StoreWatch({ store, bounds: config.fallback, clock, log });
  let phase: Phase = 'serving';
  const app = createApp({
    accept,
    clock,
    log,
    metrics,
    defaultTopic: config.defaultTopic,
    topics: config.topics,
    maxBodyBytes: config.maxBodyBytes,
    findReceipt: (id) => recorder.find(id),
    readiness: () => readinessOf(states(), modes.orders, watch, phase !== 'serving'),
    phase: () => phase,
    admin:
      config.adminToken === undefined
        ? undefined
        : {
            token: config.adminToken,
            list: store.list,
            bounds: config.fallback,
            circuits: {
              states,
              orders: () => modes.orders,
              give: (name, order) => modes.give(name, order),
              now: () => clock.wallTime(),
            },
            orderKeyOf: ordered ? orderKeyOfEntry : undefined,
          },
    dev: devKafka && { kafka: devKafka, defaultTopic: config.defaultTopic },
  });
  return {
    app,
    worker,
    watch,
    fleet,
    kafka: circuits.kafka,
    async recover(limits) {
      const mayGoOn = () => phase !== 'finishing' && (limits.mayGoOn?.() ?? true);
      await recover({ circuit: circuits.kafka, worker, clock }, { ...limits, mayGoOn });
      await trial.ended();
    },
    async warmUp() {
      await publisher.probe();
    },
    leave() {
      phase = 'leaving';
    },
    async finish() {
      phase = 'finishing';
      watch.stop();
      fleet.stop();
      const cancel = clock.after(GIVE_UP_MS, () => publisher.giveUp());
      await Promise.all([inFlight.ended(), worker.stop(), trial.stop()]);
      await recorder.finish();
      cancel();
    },
    async close() {
      await Promise.all([publisher.close(), store.close()]);
    },
  };
}
