import { createAccept } from '../accept/accept.ts';
import { createAdmit } from '../accept/admission.ts';
import { Doubts } from '../accept/doubts.ts';
import { createInFlight } from '../accept/in-flight.ts';
import { createOrder } from '../accept/order.ts';
import type { ReceiptWriter } from '../accept/receipt-writer.ts';
import type { GuardedPublisher } from '../breakers/guarded-publisher.ts';
import type { Config } from '../config/config.ts';
import type { Metrics } from '../ops/metrics.ts';
import { createOutcomeLog } from '../ops/outcome-log.ts';
import type { TopicTroubles } from '../ops/topic-troubles.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';

export interface IntakeDeps {
  readonly config: Config;
  readonly publisher: GuardedPublisher;
  readonly store: Store;
  readonly receiptWriter: ReceiptWriter;
  readonly metrics: Metrics;
  readonly troubles: TopicTroubles;
  /** Why the last call to Kafka failed. */
  readonly kafkaReason: () => string | undefined;
  readonly keep: ((work: Promise<unknown>) => void) | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** An id is held longer than it takes to publish, and then to park. */
const PARK_MS = 5000;

/** The way in for messages: the gate, the order of keys, and the outcome of each. */
export function createIntake(deps: IntakeDeps) {
  const { config, publisher, store, receiptWriter, metrics, troubles, clock, log } = deps;
  const { list, gate } = store;
  const admit = createAdmit({
    gate,
    clock,
    limit: config.rateLimit,
    holdMs: config.dedupTtlMs > 0 ? config.publishTimeoutMs + PARK_MS : undefined,
    waitingReceipt: (id) => receiptWriter.waiting(id),
    onBypass: (count) => metrics.countBypassed(count),
  });
  const order = createOrder({
    list,
    clock,
    onUnknown: (count) => metrics.countOrderUnknown(count),
    onBehind: (count) => metrics.countBehind(count),
  });
  const doubts = new Doubts({
    list,
    clock,
    callMs: config.publishTimeoutMs,
    keep: deps.keep,
    record: (receipt, message) => receiptWriter.record(receipt, message),
    onResolved: (isPublished) => metrics.countDoubt(isPublished),
  });
  const logOutcome = createOutcomeLog(log, clock, deps.kafkaReason);
  const inFlight = createInFlight();
  const accept = createAccept({
    publisher,
    list,
    bounds: config.fallback,
    patience: config.fallbackAfterMs > 0 ? { ms: config.fallbackAfterMs, doubts } : undefined,
    clock,
    gate,
    admit,
    order: config.ordering === 'key' ? order : undefined,
    record: (receipt, message) => receiptWriter.record(receipt, message),
    onOutcome(outcome, message) {
      metrics.countOutcome(outcome.kind);
      troubles.accepted(outcome, message.topic);
      logOutcome(outcome, message);
    },
  });
  return { accept: inFlight.watch(accept), inFlight, doubts };
}
