import { ReceiptWriter } from '../accept/receipt-writer.ts';
import { RedatingPublisher } from '../accept/redating-publisher.ts';
import type { DrainDeps } from '../backfill/drain.ts';
import { SMALLEST_BATCH } from '../backfill/pace.ts';
import { recover, type RecoverLimits } from '../backfill/recover.ts';
import { HeadTrial } from '../backfill/trial.ts';
import { BackfillWorker } from '../backfill/worker.ts';
import type { Circuit } from '../breakers/circuit.ts';
import { GuardedPublisher } from '../breakers/guarded-publisher.ts';
import type { Config } from '../config/config.ts';
import { createGuards } from './guards.ts';
import type { KeyRing } from '../http/auth/key-ring.ts';
import type { Phase } from '../http/phase.ts';
import type { DevDeps } from '../http/routes/dev.ts';
import { createHttp, type Http } from './http.ts';
import { createIntake } from './intake.ts';
import { mergedText, type Siblings } from '../ops/merged-metrics.ts';
import { createMetrics } from '../ops/metrics.ts';
import { KafkaWatch } from '../ops/kafka-watch.ts';
import { DrainReport } from '../ops/drain-report.ts';
import { RepeatLog } from '../ops/repeat-log.ts';
import { reasonOf, type Snapshot } from '../ops/snapshot.ts';
import { TopicTroubles } from '../ops/topic-troubles.ts';
import { StoreWatch } from '../ops/store-watch.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Publisher } from '../ports/publisher.ts';
import type { Store } from '../ports/store.ts';

export interface ServiceDeps {
  readonly config: Config;
  readonly publisher: Publisher;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * `timers`, the default: `start` sets the service going. `events`: the runtime ends timers with the
   * request that set them, so the entry calls `beforeRequest` and `onSchedule` instead.
   */
  readonly drivenBy?: 'timers' | 'events';
  /** `waitUntil` of a runtime that ends work with the request that began it. */
  readonly keep?: ((work: Promise<unknown>) => void) | undefined;
  /** The processes that share the port of this one, if there are any. */
  readonly siblings?: Siblings | undefined;
  /** The keys that clients may have, where a file may change them. By default those of `config`. */
  readonly keys?: KeyRing | undefined;
  /** The embedded log, where it is the one in use. */
  readonly devKafka?: DevDeps['kafka'] | undefined;
}

export interface Service extends Http {
  /** Counts a request that a server refused, since it has too much in memory. */
  readonly countShed: () => void;
  /** The circuit of Kafka, read only. */
  readonly kafka: Pick<Circuit, 'state' | 'retryInMs'>;
  /**
   * Looks at what operators have ordered and other processes have found, before the first message, then
   * goes on by timers: the shared state and the store are looked at every few seconds, and Kafka when
   * nothing is sent. The first probe of Kafka also makes the connection, so that no message waits for it.
   */
  readonly start: () => Promise<void>;
  /** Starts the backfill loop. */
  readonly startBackfill: () => void;
  /**
   * For runtimes without timers: does what is due before a request to `path` is answered, and hands
   * `behind` the work that the answer need not wait for.
   */
  readonly beforeRequest: (path: string, behind: (work: Promise<unknown>) => void) => Promise<void>;
  /**
   * For runtimes that have to be woken: looks, makes the trial that is due, and drains within the
   * limits where backfill is inline; see `recover`. Never throws.
   */
  readonly onSchedule: (limits: RecoverLimits) => Promise<void>;
  /** Makes the first connection to Kafka, so that no message waits for it. */
  readonly warmUp: () => Promise<void>;
  /** Reports not ready, and closes each connection with its answer; messages are still taken. */
  readonly leave: () => void;
  /**
   * Refuses new messages from now on, and settles when each accepted message has its outcome
   * and the worker its batch. After 5 s nothing waits for Kafka any longer: it is parked.
   */
  readonly finish: () => Promise<void>;
  /** Closes the connections to Kafka and the store, once all is finished. */
  readonly close: () => Promise<void>;
}

/** Platforms kill after 10 s: time is left to park, and to answer. */
const GIVE_UP_MS = 5000;

/** Between two events of a schedule lies a minute: an outage has to stay in the shared state for longer. */
const EVENTS_TTL_MS = 150_000;

const READY = '/health/ready';

/** Puts the parts together: circuits around the drivers, and the API and the worker in front of them. */
export function createService(deps: ServiceDeps): Service {
  const { config, clock, log, devKafka, siblings } = deps;
  const hasTimers = deps.drivenBy !== 'events';
  const ordered = config.ordering === 'key';
  const metrics = createMetrics(config.topics);
  const troubles = new TopicTroubles(metrics);
  const { circuits, store, modes, workers, fleet } = createGuards({
    config,
    store: deps.store,
    clock,
    log,
    outageTtlMs: hasTimers ? undefined : EVENTS_TTL_MS,
    onFault: (name) => metrics.countFault(name),
    isTurning: () => worker.isTurning,
  });
  if (!hasTimers) for (const each of Object.values(circuits)) each.stop();
  const { embedded } = config;
  const receiptWriter = new ReceiptWriter({
    receipts: store.receipts,
    clock,
    ttlMs: config.dedupTtlMs,
    isTurnByTurn: !hasTimers,
    onDropped: (count) => metrics.countDroppedReceipts(count),
  });
  const drainLog = new RepeatLog(log, clock);
  const drainReport = new DrainReport({ list: store.list, clock, log });
  const drain: Omit<DrainDeps, 'publisher'> = {
    list: store.list,
    clock,
    log: drainLog,
    record(receipt, message) {
      if (receipt.status === 'published') drainReport.published(1);
      receiptWriter.record(receipt, message);
    },
    publishTimeoutMs: config.publishTimeoutMs,
    maxAgeMs: config.fallbackMaxAgeMs,
    ordered,
  };
  const trial = new HeadTrial(drain);
  const publisher = new GuardedPublisher({
    inner: new RedatingPublisher(deps.publisher, clock),
    circuit: circuits.kafka,
    clock,
    deadlineMs: config.publishTimeoutMs,
    // So many silences within a call's deadline open the circuit.
    silenceMs: config.publishTimeoutMs / (config.circuits.kafka.failMax + 1),
    smallestBatch: SMALLEST_BATCH,
    isTurnByTurn: !hasTimers,
    tryBacklog: (publish) => trial.run(publish),
  });
  const worker = new BackfillWorker({
    ...drain,
    publisher: {
      async publish(messages) {
        const results = await publisher.publishBacklog(messages);
        troubles.drained(messages, results);
        return results;
      },
    },
    mayPublish: () => circuits.kafka.state === 'closed',
    liveCount: () => publisher.liveCount,
  });
  const { accept, inFlight, doubts } = createIntake({
    config,
    publisher,
    store,
    receiptWriter,
    metrics,
    troubles,
    kafkaReason: () => reasonOf(circuits.kafka.report),
    keep: deps.keep,
    clock,
    log,
  });
  const watch = new StoreWatch({
    store,
    bounds: config.fallback,
    clock,
    log,
    workerPresence: () => workers.presence,
  });
  const kafkaWatch = new KafkaWatch({ publisher, circuit: circuits.kafka, clock });
  let phase: Phase = 'serving';
  let isWatching = false;
  const snapshot = (): Snapshot => ({
    isStopping: phase !== 'serving',
    embedded,
    isWatching,
    circuits: { kafka: circuits.kafka.report, redis: circuits.redis.report },
    overrides: modes.orders,
    list: watch,
    worker: workers.presence,
    topics: troubles.reasons,
  });
  metrics.observe({ snapshot, list: store.list, producer: deps.publisher.stats, embedded });
  siblings?.share(() => metrics.snapshot());
  const http = createHttp({
    config,
    accept,
    keys: deps.keys,
    findReceipt: (id, owner) => receiptWriter.find(id, owner),
    metrics,
    allMetrics: async () => (siblings ? mergedText(await siblings.gather()) : metrics.text()),
    publisher: deps.publisher,
    isKafkaAway: () => circuits.kafka.state !== 'closed',
    snapshot,
    list: store.list,
    order: (name, order) => modes.give(name, order),
    phase: () => phase,
    devKafka,
    clock,
    log,
  });
  return {
    ...http,
    countShed: () => metrics.countShed(),
    kafka: circuits.kafka,
    async start() {
      await fleet.start();
      isWatching = true;
      watch.start();
      kafkaWatch.start();
    },
    startBackfill() {
      worker.start();
      workers.start();
    },
    async beforeRequest(path, behind) {
      const { needsLook } = fleet;
      if (needsLook === 'first') await fleet.look();
      if (needsLook === 'again') behind(fleet.look());
      if (path !== READY) return;
      behind(kafkaWatch.look());
      if (watch.isStale) await watch.look();
    },
    async onSchedule(limits) {
      const isNew = fleet.needsLook === 'first';
      await Promise.all([fleet.look(), watch.look()]);
      if (config.backfill === 'off') return;
      // A new instance can't know since when the circuit is open, and the next event may find a new one again.
      if (isNew) circuits.kafka.tryNow();
      const mayGoOn = () => phase !== 'finishing' && (limits.mayGoOn?.() ?? true);
      await recover({ circuit: circuits.kafka, worker, clock }, { ...limits, mayGoOn });
      await trial.ended();
      await drainReport.end();
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
      kafkaWatch.stop();
      fleet.stop();
      workers.stop();
      const cancel = clock.after(GIVE_UP_MS, () => publisher.giveUp());
      await Promise.all([inFlight.ended(), worker.stop(), trial.stop()]);
      await doubts.ended();
      drainLog.flush();
      await Promise.all([receiptWriter.finish(), drainReport.end()]);
      cancel();
    },
    async close() {
      await Promise.all([publisher.close(), store.close()]);
    },
  };
}
