import { ErrorCode } from './error-code.ts';
import type { RecordBatch, WireRecord } from './record-batch.ts';

/** A record that stands in the topic. */
export interface WrittenRecord extends WireRecord {
  readonly partition: number;
  readonly offset: number;
}

/** What a partition answers to an append. */
export interface Appended {
  readonly code: number;
  /** -1 with an error. */
  readonly baseOffset: number;
}

export class Partition {
  readonly id: number;
  /** The node that takes records for it; -1 for none. */
  leader: number;
  readonly records: WrittenRecord[] = [];
  /** By producer: the batches that it wrote, which it must not write again. */
  readonly #producers = new Map<bigint, { next: number; batches: Map<number, number> }>();

  constructor(id: number, leader: number) {
    this.id = id;
    this.leader = leader;
  }

  /** As a leader does, an idempotent producer's repeated batch is acknowledged and not written again. */
  append(batch: RecordBatch): Appended {
    const baseOffset = this.records.length;
    if (batch.producerId >= 0n) {
      const producer = this.#producers.get(batch.producerId) ?? { next: 0, batches: new Map() };
      const before = producer.batches.get(batch.firstSequence);
      if (before !== undefined) return { code: ErrorCode.NONE, baseOffset: before };
      if (batch.firstSequence !== producer.next) {
        return { code: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, baseOffset: -1 };
      }
      producer.batches.set(batch.firstSequence, baseOffset);
      producer.next += batch.records.length;
      this.#producers.set(batch.producerId, producer);
    }
    for (const record of batch.records) {
      this.records.push({ ...record, partition: this.id, offset: this.records.length });
    }
    return { code: ErrorCode.NONE, baseOffset };
  }
}

/** The topics of a cluster, with what was written to them. */
export class Topics {
  readonly #nodes: number;
  readonly #topics = new Map<string, Partition[]>();
  /** What metadata says of a topic instead of its partitions. */
  readonly errors = new Map<string, number>();

  constructor(nodes: number) {
    this.#nodes = nodes;
  }

  /** Partition 0 is led by node 1, partition 1 by node 2, and so on in turns. */
  create(topic: string, partitions: number): void {
    const leader = (id: number) => 1 + (id % this.#nodes);
    this.#topics.set(
      topic,
      Array.from({ length: partitions }, (_, id) => new Partition(id, leader(id))),
    );
  }

  delete(topic: string): void {
    this.#topics.delete(topic);
  }

  names(): string[] {
    return [...this.#topics.keys()];
  }

  partitions(topic: string): readonly Partition[] | undefined {
    return this.#topics.get(topic);
  }

  partition(topic: string, id: number): Partition | undefined {
    return this.#topics.get(topic)?.[id];
  }
}
