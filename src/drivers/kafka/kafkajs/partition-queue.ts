import { type Clock, pause, within } from '../../../ports/clock.ts';
import type { PublishResult } from '../../../ports/publisher.ts';
import { type Classified, classify, late, partitionGone, type Stage, unconfirmed } from '../errors.ts';
import type { TopicProducer } from './topic-producer.ts';
import type { PendingRecord } from './pending-record.ts';
import { STALLED } from '../stalled.ts';
import { Linger } from './linger.ts';
import { PatienceTimer } from './patience-timer.ts';
import type { Stats } from '../stats.ts';

/** Batch limit in records. Throughput peaks at this size. */
const MAX_COUNT = 500;
/** Batch limit in bytes, uncompressed: below the 1 MB of a broker's default `message.max.bytes`. */
const MAX_BYTES = 900_000;
/** Backoff before each retry. Kafka elects a new leader in less. */
const RETRY_DELAYS_MS = [0, 50, 200];
/** A call that takes longer marks the partition as stalled. A healthy broker answers sooner. */
const STALLED_MS = 100;
/** Head-of-line blocking: an earlier batch failed, and this record was not tried. */
const BEHIND = { kind: 'refused', because: 'busy', retryInMs: 0 } as const;
const OUT_OF_TIME = {
  blame: 'topic',
  reason: 'Kafka refused too many messages of the batch to try them one by one',
} as const;

/** The part of `TopicProducer` that a queue uses. */
export type QueueProducer = Pick<TopicProducer, 'partitionCount' | 'send'>;

export interface PartitionQueueDeps {
  readonly partition: number;
  /** Deadline for a record's result, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly stats: Stats;
  /** The topic's producer, opened if there is none, or why it could not be opened. */
  openProducer: () => Promise<QueueProducer | Classified>;
  /** Takes a failed producer out of use: the next call opens another one. */
  replaceProducer: (producer: QueueProducer) => void;
}

/**
 * Send queue of one partition, with batches and one request in flight. Order is kept across retries, and a
 * failure concerns the records of its batch alone. Records that arrive meanwhile form the next batch (group
 * commit).
 */
export class PartitionQueue {
  readonly #deps: PartitionQueueDeps;
  readonly #queue: PendingRecord[] = [];
  #running = false;
  /** Whether the last batch succeeded. Only then is a failure retried: in an outage batches fail fast. */
  #works = true;
  /**
   * Size of the smallest record that was refused as too large. Records of that size are sent alone, so that
   * their neighbours need no second request.
   */
  #tooLarge = Number.POSITIVE_INFINITY;
  #batches = 0;
  #batchBegan = 0;
  #inFlight: readonly PendingRecord[] = [];
  /**
   * Whether the last request failed or was silent for longer than a record's patience. Until one succeeds,
   * impatient records go one at a time, as a trial, and the others are refused.
   */
  #isSuspect = false;
  readonly #patience: PatienceTimer;
  readonly #linger: Linger;

  constructor(deps: PartitionQueueDeps) {
    this.#deps = deps;
    this.#linger = new Linger(deps.clock);
    this.#patience = new PatienceTimer(deps.clock, () => this.#lapse());
  }

  /** Number of batches begun. Records added before and after a beginning are in different batches. */
  get batches(): number {
    return this.#batches;
  }

  /**
   * Whether the request in flight takes longer than `STALLED_MS`. Records without a key avoid such a
   * partition.
   */
  get isStalled(): boolean {
    return this.#inFlight.length > 0 && this.#deps.clock.now() - this.#batchBegan > STALLED_MS;
  }

  add(pending: PendingRecord): void {
    if (this.#isStuckFor(pending)) return pending.settle(STALLED);
    pending.record.partition = this.#deps.partition;
    this.#queue.push(pending);
    this.#patience.watch(pending);
    this.#linger.added(this.#queue.length);
    if (this.#running) return;
    this.#running = true;
    this.#batchBegan = this.#deps.clock.now();
    // Micro-batching: records added in the same turn of the event loop share the batch.
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#linger.wait(this.#queue.length);
      if (this.#queue.length === 0) break;
      const batch = (this.#inFlight = this.#take());
      await this.#deliver(batch);
      this.#inFlight = [];
      this.#linger.ended(batch.length, this.#queue.length, this.#batchBegan);
    }
    this.#running = false;
  }

  /** Whether a record would wait behind a request that is silent for longer than the record's patience. */
  #isStuckFor({ patienceMs }: PendingRecord): boolean {
    if (!this.#running || patienceMs === Infinity) return false;
    const isSilent = this.#inFlight.length > 0 && this.#deps.clock.now() - this.#batchBegan >= patienceMs;
    return this.#isSuspect || isSilent;
  }

  /** Ends the wait of the records whose patience is over, and of those behind a silent request. */
  #lapse(): void {
    const now = this.#deps.clock.now();
    for (const pending of this.#inFlight) {
      if (now - this.#batchBegan >= pending.patienceMs) this.#isSuspect = true;
      if (pending.lapsesAt <= now) pending.lapse();
    }
    const kept = this.#queue.filter((pending) => {
      if (pending.lapsesAt > now && !this.#isStuckFor(pending)) return true;
      pending.lapse();
      return false;
    });
    this.#queue.splice(0, this.#queue.length, ...kept);
    for (const pending of [...this.#inFlight, ...kept]) this.#patience.watch(pending);
  }

  #take(): PendingRecord[] {
    this.#batches++;
    this.#batchBegan = this.#deps.clock.now();
    let bytes = 0;
    let count = 0;
    for (const pending of this.#queue) {
      const alone = pending.bytes >= this.#tooLarge;
      bytes += pending.bytes;
      if (count > 0 && (alone || bytes > MAX_BYTES || count === MAX_COUNT)) break;
      count++;
      if (alone) break;
    }
    return this.#queue.splice(0, count);
  }

  /** Sends a batch, or a part of a refused one, until each of its records has a result. */
  async #deliver(batch: readonly PendingRecord[], isPart = false): Promise<void> {
    const wrong = await this.#sendWithRetries(batch);
    if (wrong?.kind === 'rejected') return this.#isolate(batch, wrong);
    // Kafka answered every request, and the bisection used up the time: not Kafka's fault.
    const isOutOfTime = isPart && wrong?.kind === 'failed' && this.#deps.clock.now() >= this.#deadline(batch);
    const result = isOutOfTime ? { ...wrong, ...OUT_OF_TIME } : wrong;
    if (result) for (const pending of batch) pending.settle(result);
    this.#works = isOutOfTime || wrong?.kind !== 'failed';
    this.#isSuspect = !this.#works;
    if (!this.#works) for (const pending of this.#queue.splice(0)) pending.settle(BEHIND);
  }

  /** Bisection: a broker refuses a whole batch for one record, and does not say for which. */
  async #isolate(batch: readonly PendingRecord[], wrong: Extract<PublishResult, { kind: 'rejected' }>) {
    const [only] = batch;
    if (only && batch.length === 1) {
      if (wrong.cause === 'too-large') this.#tooLarge = Math.min(this.#tooLarge, only.bytes);
      only.settle(wrong);
      return;
    }
    const half = Math.ceil(batch.length / 2);
    await this.#deliver(batch.slice(0, half), true);
    await this.#deliver(batch.slice(half), true);
  }

  #deadline(batch: readonly PendingRecord[]): number {
    return (batch[0]?.since ?? 0) + this.#deps.timeoutMs;
  }

  /** Settles the batch, or answers the last failure. */
  async #sendWithRetries(
    batch: readonly PendingRecord[],
  ): Promise<Classified['result'] | typeof BEHIND | undefined> {
    const { clock, stats } = this.#deps;
    const deadline = this.#deadline(batch);
    if (clock.now() >= deadline) return BEHIND;
    for (let tries = 0; ; tries++) {
      const wrong = await this.#send(batch, deadline);
      if (wrong?.result.kind !== 'failed') return wrong?.result;
      const { result } = wrong;
      if (result.maybeWritten) for (const pending of batch) pending.isMaybeWritten = true;
      const delay = RETRY_DELAYS_MS[tries];
      const mayTryAgain = wrong.again && this.#works && delay !== undefined;
      if (!mayTryAgain || clock.now() + delay >= deadline) return result;
      stats.retries++;
      await pause(clock, delay);
    }
  }

  /** A single attempt. Settles the batch, or answers what went wrong. */
  async #send(batch: readonly PendingRecord[], deadline: number): Promise<Classified | undefined> {
    const { clock, partition, openProducer, replaceProducer } = this.#deps;
    let stage: Stage = 'opening';
    let producer: QueueProducer | undefined;
    const work = async () => {
      const opened = await openProducer();
      if ('result' in opened) return opened;
      producer = opened;
      if (partition >= producer.partitionCount) return partitionGone();
      stage = 'sending';
      return this.#call(producer, batch);
    };
    let wrong: Classified | undefined;
    try {
      wrong = await within(clock, Math.max(0, deadline - clock.now()), work(), () => late(stage));
    } catch (error) {
      wrong = classify(error, stage);
    }
    if (producer && wrong?.spoilsProducer) replaceProducer(producer);
    return wrong;
  }

  async #call(producer: QueueProducer, batch: readonly PendingRecord[]): Promise<Classified | undefined> {
    const { clock, partition, stats } = this.#deps;
    const open = batch.filter((pending) => !pending.isSettled);
    if (open.length === 0) return undefined;
    for (const pending of open) pending.isSent = true;
    const began = clock.now();
    try {
      const baseOffset = await producer.send(
        partition,
        open.map(({ record }) => record),
      );
      if (baseOffset === undefined || baseOffset === '-1')
        return partition < producer.partitionCount ? unconfirmed() : partitionGone();
      // The broker's limit was raised meanwhile.
      if ((open[0]?.bytes ?? 0) >= this.#tooLarge) this.#tooLarge = Number.POSITIVE_INFINITY;
      let offset = BigInt(baseOffset);
      const call = {};
      for (const pending of open)
        pending.settle({ kind: 'published', partition, offset: String(offset++), call });
      return undefined;
    } finally {
      stats.addCall(open.length, clock.now() - began);
    }
  }
}
