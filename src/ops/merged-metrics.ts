import { AggregatorRegistry, type Registry } from 'prom-client';

/** The metrics of one process, as a value that can be sent to another. */
export type MetricsSnapshot = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** The processes that listen on the same port, this one included. */
export interface Siblings {
  /** The number of this process, from 1. */
  readonly number: number;
  /** Provides the metrics of this process, whenever one of them is scraped. */
  share(metrics: () => Promise<MetricsSnapshot>): void;
  /** Collects the metrics of all. A process that gives no answer within a second is left out. */
  gather(): Promise<readonly MetricsSnapshot[]>;
}

/**
 * One exposition for all processes: counters are added up, and each gauge says by its `aggregator` what
 * becomes of it.
 */
export function mergedText(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics();
}
