import { createAccept } from './accept/accept.ts';
import { createAdmit } from './accept/admission.ts';
import { createInFlight } from './accept/in-flight.ts';
import { Recorder } from './accept/recorder.ts';
import { publishHead } from './backfill/trial.ts';
import { BackfillWorker } from './backfill/worker.ts';
import { GuardedPublisher } from './breakers/guarded-publisher.ts';
import { GuardedStore } from './breakers/guarded-store.ts';
import type { Config } from './config.ts';
import { Fleet } from './fleet/fleet.ts';
import { OperatorModes } from './fleet/operator-modes.ts';
import { SharedOutage } from './fleet/shared-outage.ts';
import { type App, createApp } from './http/app.ts';
import type { DevDeps } from './http/routes/dev.ts';
import { createCircuit, logOrder } from './ops/circuits.ts';
import { createMetrics } from './ops/metrics.ts';
import { createOutcomeLog } from './ops/outcome-log.ts';
import { readinessOf } from './ops/readiness.ts';
import { StoreWatch } from './ops/store-watch.ts';
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { Publisher } from './ports/publisher.ts';
import type { Receipt } from './ports/receipts.ts';
import type { ServiceName } from './ports/service-name.ts';
import type { Store } from './ports/store.ts';

export interface ServiceDeps {
  readonly config: Config;
  readonly publisher: Publisher;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** The embedded log, where it is the one that is used. */
  readonly devKafka?: DevDeps['kafka'] | undefined;
}

export interface Service {
  readonly app: App;
  readonly worker: BackfillWorker;
  readonly watch: StoreWatch;
  readonly fleet: Fleet;
  /** Makes the first connection to Kafka, so that no message waits for it. */
  readonly warmUp: () => Promise<void>;
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

/** An id is held longer than it takes to publish, and then to park. */
const PARK_MS = 5000;

/** Puts the parts together: circuits around the drivers, and the API and the worker in front of them. */
export function createService({ config, clock, log, devKafka, ...drivers }: ServiceDeps): Service {
  const circuit = (name: ServiceName) =>
    createCircuit(name, config.circuits[name], {
      clock,
      log,
      onFault: () => metrics.countFault(name),
      onState: (state) => name === 'kafka' && outage?.changed(state),
    });
  const circuits = { kafka: circuit('kafka'), redis: circuit('redis') };
  const publisher = new GuardedPublisher({
    inner: drivers.publisher,
    circuit: circuits.kafka,
    clock,
    deadlineMs: config.publishTimeoutMs,
    tryBacklog: (publish) => publishHead(publish, drain),
  });
  const store = new GuardedStore(drivers.store, circuits.redis);
  const { board } = store;
  const outage = config.circuitSharing ? new SharedOutage({ circuit: circuits.kafka, board }) : undefined;
  const modes = new OperatorModes({
    circuits,
    board,
    onOrder: (name, order) => logOrder(name, order, log),
  });
  const fleet = new Fleet({ board, clock, modes, outage });
  const metrics = createMetrics(circuits, store.list, drivers.publisher.stats);
  const logOutcome = createOutcomeLog(log, clock);
  const inFlight = createInFlight();
  const recorder = new Recorder({
    receipts: store.receipts,
    clock,
    ttlMs: config.dedupTtlMs,
    onDropped: (count) => metrics.countDroppedReceipts(count),
  });
  const record = (receipt: Receipt) => recorder.record(receipt);
  const admit = createAdmit({
    gate: store.gate,
    clock,
    limit: config.rateLimit,
    holdMs: config.dedupTtlMs > 0 ? config.publishTimeoutMs + PARK_MS : undefined,
    waitingReceipt: (id) => recorder.waiting(id),
    onBypass: (count) => metrics.countBypassed(count),
  });
  const accept = inFlight.watch(
    createAccept({
      publisher,
      list: store.list,
      bounds: config.fallback,
      clock,
      gate: store.gate,
      admit,
      record,
      onOutcome(outcome, message) {
        metrics.countOutcome(outcome.kind);
        logOutcome(outcome, message);
      },
    }),
  );
  const drain = {
    list: store.list,
    clock,
    log,
    record,
    publishTimeoutMs: config.publishTimeoutMs,
    maxAgeMs: config.fallbackMaxAgeMs,
  };
  const worker = new BackfillWorker({
    ...drain,
    publisher: { publish: (messages) => publisher.publishBacklog(messages) },
    mayPublish: () => circuits.kafka.state === 'closed',
    liveCount: () => publisher.liveCount,
  });
  const watch = new StoreWatch({ store, bounds: config.fallback, clock, log });
  let stopping = false;
  const states = () => ({ kafka: circuits.kafka.state, redis: circuits.redis.state });
  const app = createApp({
    accept,
    clock,
    log,
    metrics,
    defaultTopic: config.defaultTopic,
    topics: config.topics,
    maxBodyBytes: config.maxBodyBytes,
    findReceipt: (id) => recorder.find(id),
    readiness: () => readinessOf(states(), modes.orders, watch, stopping),
    stopping: () => stopping,
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
          },
    dev: devKafka && { kafka: devKafka, defaultTopic: config.defaultTopic },
  });
  return {
    app,
    worker,
    watch,
    fleet,
    async warmUp() {
      await publisher.probe();
    },
    async finish() {
      stopping = true;
      watch.stop();
      fleet.stop();
      const cancel = clock.after(GIVE_UP_MS, () => publisher.giveUp());
      await Promise.all([inFlight.ended(), worker.stop()]);
      await recorder.finish();
      cancel();
    },
    async close() {
      await Promise.all([publisher.close(), store.close()]);
    },
  };
}
