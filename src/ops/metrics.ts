import { Counter, Gauge, Registry } from 'prom-client';
import type { Outcome } from '../accept/outcome.ts';
import type { ProducerStats } from '../ports/publisher.ts';
import type { Backlog, FallbackList } from '../ports/fallback-list.ts';
import type { ServiceName } from '../ports/service-name.ts';
import { registerEmbedded } from './embedded-gauge.ts';
import type { DetourCause } from './detour-cause.ts';
import { registerDetours } from './detour-metrics.ts';
import type { MetricsSnapshot } from './merged-metrics.ts';
import { registerProducer } from './producer-metrics.ts';
import type { Snapshot } from './snapshot.ts';
import { registerSnapshot } from './snapshot-metrics.ts';

export interface Metrics {
  /** Counts the outcome of a message. */
  countOutcome(kind: Outcome['kind']): void;
  countFault(service: ServiceName): void;
  /** Counts messages admitted without an answer of the gate. */
  countBypassed(messages: number): void;
  /** Counts requests that were refused before their body was read, since too much was in memory. */
  countShed(): void;
  /** Counts receipts that were dropped because too many waited for the store. */
  countDroppedReceipts(receipts: number): void;
  /** Counts messages that went on without knowing whether earlier ones of their keys wait. */
  countOrderUnknown(messages: number): void;
  /** Counts messages parked in doubt, by whether Kafka acknowledged them after all. */
  countDoubt(isPublished: boolean): void;
  /** Counts messages parked because earlier ones of their keys wait. */
  countBehind(messages: number): void;
  /** Counts messages that were parked, by topic and cause. */
  countDetour(topic: string, cause: DetourCause): void;
  /** Counts failed tries to publish parked messages, by topic and cause. */
  countBackfillFailure(topic: string, cause: DetourCause): void;
  /** Registers gauges that are read at each scrape, of parts that are built after the counters that they use. */
  observe(parts: Observed): void;
  /** Exposition in Prometheus' text format. */
  text(): Promise<string>;
  /** The same as a value, to be merged with that of other processes. */
  snapshot(): Promise<MetricsSnapshot>;
  readonly contentType: string;
}

interface Observed {
  readonly snapshot: () => Snapshot;
  readonly list: FallbackList;
  readonly producer: ProducerStats | undefined;
  readonly embedded: readonly ServiceName[];
}

const SERVICES = ['kafka', 'redis'] as const;

const OUTCOMES = [
  'published',
  'queued',
  'duplicate',
  'conflict',
  'rejected',
  'unavailable',
  'in-flight',
  'limited',
] as const satisfies readonly Outcome['kind'][];

/**
 * Metrics registry with the counters; `observe` adds the gauges. Only the given topics become labels: others,
 * which parked messages may name, are `other`.
 */
export function createMetrics(topics: ReadonlySet<string>): Metrics {
  const registry = new Registry();
  const registers = [registry];

  const failures = new Counter({
    name: 'circuit_breaker_failures_total',
    help: 'Calls that failed by the fault of the service',
    labelNames: ['service'],
    registers,
  });
  // Counted here: a label costs more than the rest of the count, and there is one count for each message.
  const outcomes = new Map<Outcome['kind'], number>(OUTCOMES.map((outcome) => [outcome, 0]));
  new Counter({
    name: 'spillway_messages_total',
    help: 'Messages by what became of them',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of outcomes) this.inc({ outcome }, count);
    },
  });
  const bypassed = new Counter({
    name: 'spillway_gate_bypassed_total',
    help: 'Messages let in without asking for their limit or their id, because Redis gave no answer',
    registers,
  });
  const shed = new Counter({
    name: 'spillway_requests_shed_total',
    help: 'Requests that were answered 503 before their body was read, because too much was in memory',
    registers,
  });
  const droppedReceipts = new Counter({
    name: 'spillway_receipts_dropped_total',
    help: 'Receipts that were never written, because too many waited for Redis',
    registers,
  });
  const doubts = new Counter({
    name: 'spillway_doubts_total',
    help: 'Messages parked while Kafka might still take them, by what became of the call',
    labelNames: ['outcome'],
    registers,
  });
  const order = registerOrder(registry);
  const detours = registerDetours(registry, topics);
  for (const service of SERVICES) failures.inc({ service }, 0);

  return {
    countOutcome: (outcome) => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1),
    countFault: (service) => failures.inc({ service }),
    countBypassed: (count) => bypassed.inc(count),
    countShed: () => shed.inc(),
    countDroppedReceipts: (count) => droppedReceipts.inc(count),
    countDoubt: (isPublished) => doubts.inc({ outcome: isPublished ? 'published' : 'failed' }),
    ...order,
    ...detours,
    observe({ snapshot, list, producer, embedded }) {
      registerSnapshot(registry, snapshot);
      registerBacklog(registry, list);
      registerEmbedded(registry, embedded);
      if (producer) registerProducer(registry, producer);
    },
    text: () => registry.metrics(),
    snapshot: () => registry.getMetricsAsJSON(),
    contentType: registry.contentType,
  };
}

function registerBacklog(registry: Registry, list: FallbackList): void {
  const registers = [registry];
  const backlog = lastKnown(list);
  const gauge = (name: string, help: string, pick: (counts: Backlog) => number) =>
    new Gauge({
      name,
      help,
      registers,
      aggregator: 'max',
      async collect() {
        const counts = await backlog();
        this.set(counts ? pick(counts) : Number.NaN);
      },
    });
  gauge('redis_fallback_queue_length', 'Messages that wait in the fallback list', ({ waiting }) => waiting);
  gauge(
    'spillway_fallback_claimed',
    'Messages that a worker is publishing right now',
    ({ claimed }) => claimed,
  );
  gauge('spillway_dead_letters', 'Parked messages that can never be published', ({ dead }) => dead);
}

/** Shares one request among concurrent scrapes (single flight). Without an answer the last known one counts. */
function lastKnown(list: FallbackList): () => Promise<Backlog | undefined> {
  let known: Backlog | undefined;
  let asking: Promise<Backlog | undefined> | undefined;
  const ask = async () => {
    const reply = await list.backlog();
    asking = undefined;
    if (reply.kind === 'done') known = reply.value;
    return known;
  };
  return () => (asking ??= ask());
}

/** Counters of the order of keys; 0 where it is not kept. */
function registerOrder(registry: Registry) {
  const registers = [registry];
  const unknown = new Counter({
    name: 'spillway_order_unknown_total',
    help: 'Messages that may have passed earlier ones of their key, because Redis gave no answer',
    registers,
  });
  const behind = new Counter({
    name: 'spillway_order_behind_total',
    help: 'Messages parked because earlier ones of their key wait',
    registers,
  });
  return {
    countOrderUnknown: (messages: number) => unknown.inc(messages),
    countBehind: (messages: number) => behind.inc(messages),
  };
}
