import { Counter, type Registry } from 'prom-client';
import type { DetourCause } from './detour-cause.ts';

/** Registers the counters of messages that did not reach Kafka, by topic and cause. */
export function registerDetours(registry: Registry, topics: ReadonlySet<string>) {
  const counter = (name: string, help: string) => {
    const counts = new Counter({ name, help, labelNames: ['topic', 'reason'], registers: [registry] });
    return (topic: string, reason: DetourCause) =>
      counts.inc({ topic: topics.has(topic) ? topic : 'other', reason });
  };
  return {
    countDetour: counter('spillway_fallback_messages_total', 'Messages that were parked, by topic and cause'),
    countBackfillFailure: counter(
      'spillway_backfill_failures_total',
      'Failed tries to publish parked messages, by topic and cause',
    ),
  };
}
