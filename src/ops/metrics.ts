import { Counter, Gauge, Registry } from 'prom-client';
import type { Outcome } from '../accept/outcome.ts';
import type { Circuit, CircuitMode, CircuitState } from '../breakers/circuit.ts';
import type { ProducerStats } from '../ports/publisher.ts';
import type { Backlog, FallbackList } from '../ports/fallback-list.ts';
import type { ServiceName } from '../ports/service-name.ts';
import { registerOrder } from './order-metrics.ts';
import { registerProducer } from './producer-metrics.ts';

const STATE_VALUE: Record<CircuitState, number> = { closed: 0, open: 1, 'half-open': 2 };

const MODE_VALUE: Record<CircuitMode, number> = { auto: 0, 'forced-open': 1, 'forced-closed': 2 };

export interface Metrics {
  /** One more message that came to this end. */
  countOutcome(kind: Outcome['kind']): void;
  countFault(service: ServiceName): void;
  /** So many messages were let in without an answer of the gate. */
  countBypassed(messages: number): void;
  /** So many receipts were given up: too many waited for the store. */
  countDroppedReceipts(receipts: number): void;
  /** So many messages went on without knowing whether earlier ones of their keys wait. */
  countOrderUnknown(messages: number): void;
  /** So many messages were parked because earlier ones of their keys wait. */
  countBehind(messages: number): void;
  /** Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

const OUTCOMES = [
  'published',
  'queued',
  'duplicate',
  'rejected',
  'unavailable',
  'in-flight',
  'limited',
] as const satisfies readonly Outcome['kind'][];

/** What is counted, and what is asked for when somebody looks. */
export function createMetrics(
  circuits: Readonly<Record<ServiceName, Circuit>>,
  list: FallbackList,
  producer: ProducerStats | undefined,
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const services = ['kafka', 'redis'] as const;

  const failures = new Counter({
    name: 'circuit_breaker_failures_total',
    help: 'Calls that failed by the fault of the service',
    labelNames: ['service'],
    registers,
  });
  const messages = new Counter({
    name: 'spillway_messages_total',
    help: 'Messages by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  const bypassed = new Counter({
    name: 'spillway_gate_bypassed_total',
    help: 'Messages let in without asking for their limit or their id, because Redis gave no answer',
    registers,
  });
  const droppedReceipts = new Counter({
    name: 'spillway_receipts_dropped_total',
    help: 'Receipts that were never written, because too many waited for Redis',
    registers,
  });
  const order = registerOrder(registry);
  for (const service of services) failures.inc({ service }, 0);
  for (const outcome of OUTCOMES) messages.inc({ outcome }, 0);

  new Gauge({
    name: 'circuit_breaker_state',
    help: '0 closed, 1 open, 2 half-open',
    labelNames: ['service'],
    registers,
    collect() {
      for (const service of services) this.set({ service }, STATE_VALUE[circuits[service].state]);
    },
  });

  new Gauge({
    name: 'spillway_circuit_forced',
    help: '0 automatic, 1 forced open by an operator, 2 forced closed',
    labelNames: ['service'],
    registers,
    collect() {
      for (const service of services) this.set({ service }, MODE_VALUE[circuits[service].mode]);
    },
  });

  const backlog = lastKnown(list);
  const gauge = (name: string, help: string, pick: (counts: Backlog) => number) =>
    new Gauge({
      name,
      help,
      registers,
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

  if (producer) registerProducer(registry, producer);

  return {
    countOutcome: (outcome) => messages.inc({ outcome }),
    countFault: (service) => failures.inc({ service }),
    countBypassed: (count) => bypassed.inc(count),
    countDroppedReceipts: (count) => droppedReceipts.inc(count),
    ...order,
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Asks the store once, however many look at the same time; while it is away, the last answer stands. */
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
