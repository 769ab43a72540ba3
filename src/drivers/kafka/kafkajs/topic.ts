import type { Classified } from '../errors.ts';
import type { Reach } from './leaders.ts';
import { PartitionQueue } from './partition-queue.ts';
import { TopicProducer } from './topic-producer.ts';
import { partitionOf } from './murmur2.ts';
import { PatienceTimer } from './patience-timer.ts';
import type { PendingRecord } from './pending-record.ts';
import { noPartition } from '../no-partition.ts';
import { STALLED } from '../stalled.ts';
import { ProducerConnection, type ConnectionDeps } from './producer-connection.ts';

/**
 * Producing side of one topic: a partitioner, a send queue for each partition, and one connection for all of
 * them.
 */
export class Topic {
  readonly #deps: ConnectionDeps;
  readonly #connection: ProducerConnection;
  readonly #queues: PartitionQueue[] = [];
  /** Records that wait for the first metadata, without which their partition is unknown. */
  readonly #unplaced: PendingRecord[] = [];
  #beganOpening = 0;
  readonly #patience: PatienceTimer;
  /** Sticky partition: records without a key go to it until its queue begins another batch. */
  #keyless = { partition: Math.floor(Math.random() * 1_000_000), batch: -1 };

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
    this.#connection = new ProducerConnection(deps);
    this.#patience = new PatienceTimer(deps.clock, () => this.#lapse());
  }

  /** Number of partitions at the last metadata refresh; 0 before the first. */
  get partitionCount(): number {
    return this.#connection.partitionCount;
  }

  add(pending: PendingRecord): void {
    // Records that wait for metadata go first.
    if (this.#connection.partitionCount > 0 && this.#unplaced.length === 0) {
      this.#place(pending);
      return;
    }
    const isFirst = this.#unplaced.length === 0;
    if (!isFirst && this.#deps.clock.now() - this.#beganOpening >= pending.patienceMs)
      return pending.settle(STALLED);
    this.#unplaced.push(pending);
    this.#patience.watch(pending);
    if (isFirst) void this.#begin();
  }

  /** The connection takes longer than the patience of these records, which were not sent. */
  #lapse(): void {
    const now = this.#deps.clock.now();
    for (const pending of this.#unplaced)
      if (now - this.#beganOpening >= pending.patienceMs) pending.lapse();
      else this.#patience.watch(pending);
  }

  /** Opens a new producer and replaces the current one by it. Answers the failure, if there is one. */
  renew(): Promise<Classified | undefined> {
    return this.#connection.renew();
  }

  /** Connects to each leader, after `renew`. */
  reachLeaders(): Promise<Reach> {
    return this.#connection.reachLeaders();
  }

  /** Closes the producer after its requests in flight. The next call opens another one. */
  retire(): void {
    this.#connection.retire();
  }

  /** Closes the producer at once: requests in flight fail. */
  close(): void {
    this.#connection.close();
  }

  async #begin(): Promise<void> {
    this.#beganOpening = this.#deps.clock.now();
    const opened = await this.#connection.get();
    for (const pending of this.#unplaced.splice(0)) {
      if (pending.isSettled) continue;
      if (opened instanceof TopicProducer) this.#place(pending);
      else pending.settle(opened.result);
    }
  }

  #place(pending: PendingRecord): void {
    const { record, partition } = pending;
    const count = this.#connection.partitionCount;
    if (partition !== undefined && partition >= count) {
      pending.settle(noPartition(partition, count));
      return;
    }
    const chosen = partition ?? (record.key ? partitionOf(record.key, count) : this.#pickKeyless(count));
    this.#queue(chosen).add(pending);
  }

  /**
   * Sticky partitioner with round robin between batches, in the manner of KIP-480: small batches over all
   * partitions would cost more requests. Stalled partitions are skipped.
   */
  #pickKeyless(count: number): number {
    const { partition, batch } = this.#keyless;
    if (partition < count) {
      const queue = this.#queue(partition);
      if (queue.batches === batch && !queue.isStalled) return partition;
    }
    let next = (partition + 1) % count;
    for (let tried = 1; tried < count && this.#queue(next).isStalled; tried++) next = (next + 1) % count;
    this.#keyless = { partition: next, batch: this.#queue(next).batches };
    return next;
  }

  #queue(partition: number): PartitionQueue {
    const { settings, clock, stats } = this.#deps;
    return (this.#queues[partition] ??= new PartitionQueue({
      partition,
      timeoutMs: settings.timeoutMs,
      clock,
      stats,
      openProducer: () => this.#connection.get(),
      replaceProducer: (producer) => this.#connection.replace(producer),
    }));
  }
}
