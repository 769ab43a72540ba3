import { createAccept } from './accept/accept.ts';
import { createAdmit } from './accept/admission.ts';
import { createInFlight } from './accept/in-flight.ts';
import { createOrder } from './accept/order.ts';
import { Recorder } from './accept/recorder.ts';
import type { Config } from './config.ts';
import type { Guards } from './guards.ts';
import type { Metrics } from './ops/metrics.ts';
import { createOutcomeLog } from './ops/outcome-log.ts';
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';

export interface IntakeDeps {
  readonly config: Config;
  readonly publisher: Guards['publisher'];
  readonly store: Guards['store'];
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly drivenBy: 'timers' | 'events';
}

/** An id is held longer than it takes to publish, and then to park. */
const PARK_MS = 5000;

/** The way in for messages, and what is remembered of them. */
export function createIntake({ config, publisher, store, metrics, clock, log, drivenBy }: IntakeDeps) {
  const { list, gate, receipts } = store;
  const recorder = new Recorder({
    receipts,
    clock,
    ttlMs: config.dedupTtlMs,
    isTurnByTurn: drivenBy === 'events',
    onDropped: (count) => metrics.countDroppedReceipts(count),
  });
  const admit = createAdmit({
    gate,
    clock,
    limit: config.rateLimit,
    holdMs: config.dedupTtlMs > 0 ? config.publishTimeoutMs + PARK_MS : undefined,
    waitingReceipt: (id) => recorder.waiting(id),
    onBypass: (count) => metrics.countBypassed(count),
  });
  const order = createOrder({
    list,
    clock,
    onUnknown: (count) => metrics.countOrderUnknown(count),
    onBehind: (count) => metrics.countBehind(count),
  });
  const logOutcome = createOutcomeLog(log, clock);
  const inFlight = createInFlight();
  const accept = createAccept({
    publisher,
    list,
    bounds: config.fallback,
    clock,
    gate,
    admit,
    order: config.ordering === 'key' ? order : undefined,
    record: (receipt) => recorder.record(receipt),
    onOutcome(outcome, message) {
      metrics.countOutcome(outcome.kind);
      logOutcome(outcome, message);
    },
  });
  return { accept: inFlight.watch(accept), inFlight, recorder };
}
