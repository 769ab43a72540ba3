import { Counter, Gauge, type Registry } from 'prom-client';
import type { ProducerStats } from '../ports/publisher.ts';

/** Registers the driver's counters, which are read at each scrape. */
export function registerProducer(registry: Registry, stats: ProducerStats): void {
  const registers = [registry];
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name: `spillway_producer_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  counter('calls', 'Calls that wrote to a broker', () => stats.calls);
  counter('messages', 'Messages in those calls: divided by them, the size of a batch', () => stats.messages);
  counter('call_seconds', 'Time from each call to its answer', () => stats.callMs / 1000);
  counter('retries', 'Calls that were tried again at once', () => stats.retries);
  counter('connects', 'Connections to the brokers that were made, or made anew', () => stats.connects);
  counter(
    'maybe_written',
    'Messages that Kafka did not acknowledge and may hold all the same',
    () => stats.maybeWritten,
  );
  new Gauge({
    name: 'spillway_producer_pending_bytes',
    help: 'Bytes of messages that wait for Kafka or for its answer',
    registers,
    collect() {
      this.set(stats.pendingBytes);
    },
  });
}
