import { type Clock, pause } from '../../ports/clock.ts';
import type { PublishResult } from '../../ports/publisher.ts';
import { type Classified, classify, late, partitionGone, type Stage, unconfirmed } from './errors.ts';
import type { Line } from './line.ts';
import type { Pending } from './pending.ts';
import type { Stats } from './stats.ts';

/** Batches of this size are the fastest, and larger ones gain nothing. */
const MAX_COUNT = 500;
/** Below the 1 MB that a broker takes for a partition in one request, as it comes. */
const MAX_BYTES = 900_000;
/** What a lane waits before it tries again: a new leader is found in less. */
const RETRY_DELAYS_MS = [0, 50, 200];
/** Longer than an answer takes where all is well. */
const STALLED_MS = 100;
/** Not tried: what stood before it failed, and it would have waited for the same. */
const BEHIND = { kind: 'refused', because: 'busy', retryInMs: 0 } as const;
const OUT_OF_TIME = {
  blame: 'topic',
  reason: 'Kafka refused too many messages of the batch to try them one by one',
} as const;

/** What a lane needs of a line. */
export type LaneLine = Pick<Line, 'partitionCount' | 'send'>;

export interface LaneDeps {
  readonly partition: number;
  /** The most that a record waits for its result, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly stats: Stats;
  /** The topic's line, opened where there is none; or why there is none. */
  openLine: () => Promise<LaneLine | Classified>;
  /** Something is wrong with the line: the next call gets another one. */
  replaceLine: (line: LaneLine) => void;
}

/**
 * The records of one partition, in their order, with one call in flight: what goes wrong with it
 * concerns exactly its records. The next batch gathers meanwhile; nothing else is waited for.
 */
export class Lane {
  readonly #deps: LaneDeps;
  readonly #queue: Pending[] = [];
  #running = false;
  /** A lane that worked a moment ago tries again before it gives up; another one fails at once. */
  #works = true;
  /** A record as large as one that was refused goes alone: its neighbours need no second call. */
  #tooLarge = Number.POSITIVE_INFINITY;
  #batches = 0;
  #batchBegan = 0;

  constructor(deps: LaneDeps) {
    this.#deps = deps;
  }

  /** How many batches were begun: what is added before and after one is not sent together. */
  get batches(): number {
    return this.#batches;
  }

  /** Its call takes long: what has the choice goes elsewhere. */
  get isStalled(): boolean {
    return this.#running && this.#deps.clock.now() - this.#batchBegan > STALLED_MS;
  }

  add(pending: Pending): void {
    pending.record.partition = this.#deps.partition;
    this.#queue.push(pending);
    if (this.#running) return;
    this.#running = true;
    this.#batchBegan = this.#deps.clock.now();
    // Whatever is added in the same turn goes along.
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) await this.#deliver(this.#take());
    this.#running = false;
  }

  #take(): Pending[] {
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

  /** Sends a batch, or a part of one that was refused, until each of its records has its result. */
  async #deliver(batch: readonly Pending[], isPart = false): Promise<void> {
    const wrong = await this.#sendWithRetries(batch);
    if (wrong?.kind === 'rejected') return this.#isolate(batch, wrong);
    // Kafka answered, again and again: the time went into asking so often.
    const isOutOfTime = isPart && wrong?.kind === 'failed' && this.#deps.clock.now() >= this.#deadline(batch);
    const result = isOutOfTime ? { ...wrong, ...OUT_OF_TIME } : wrong;
    if (result) for (const pending of batch) pending.settle(result);
    this.#works = isOutOfTime || wrong?.kind !== 'failed';
    if (!this.#works) for (const pending of this.#queue.splice(0)) pending.settle(BEHIND);
  }

  /** The broker refuses a whole batch for one record, and does not say for which. */
  async #isolate(batch: readonly Pending[], wrong: Extract<PublishResult, { kind: 'rejected' }>) {
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

  #deadline(batch: readonly Pending[]): number {
    return (batch[0]?.since ?? 0) + this.#deps.timeoutMs;
  }

  /** Settles the batch, or answers what went wrong in the end. */
  async #sendWithRetries(
    batch: readonly Pending[],
  ): Promise<Classified['result'] | typeof BEHIND | undefined> {
    const { clock, stats } = this.#deps;
    const deadline = this.#deadline(batch);
    if (clock.now() >= deadline) return BEHIND;
    for (let tries = 0; ; tries++) {
      const wrong = await this.#send(batch, deadline);
      if (wrong?.result.kind !== 'failed') return wrong?.result;
      const { result } = wrong;
      if (result.maybeWritten) for (const pending of batch) pending.isInDoubt = true;
      const delay = RETRY_DELAYS_MS[tries];
      const mayTryAgain = wrong.again && this.#works && delay !== undefined;
      if (!mayTryAgain || clock.now() + delay >= deadline) return result;
      stats.retries++;
      await pause(clock, delay);
    }
  }

  /** Tries once. Settles the batch, or answers what went wrong. */
  async #send(batch: readonly Pending[], deadline: number): Promise<Classified | undefined> {
    const { clock, partition, openLine, replaceLine } = this.#deps;
    let stage: Stage = 'opening';
    let line: LaneLine | undefined;
    const work = async () => {
      const opened = await openLine();
      if ('result' in opened) return opened;
      line = opened;
      if (partition >= line.partitionCount) return partitionGone();
      stage = 'sending';
      return this.#call(line, batch);
    };
    const tooLate = Promise.withResolvers<Classified>();
    const cancel = clock.after(Math.max(0, deadline - clock.now()), () => tooLate.resolve(late(stage)));
    let wrong: Classified | undefined;
    try {
      wrong = await Promise.race([work(), tooLate.promise]);
    } catch (error) {
      wrong = classify(error, stage);
    } finally {
      cancel();
    }
    if (line && wrong?.spoilsLine) replaceLine(line);
    return wrong;
  }

  async #call(line: LaneLine, batch: readonly Pending[]): Promise<Classified | undefined> {
    const { clock, partition, stats } = this.#deps;
    const open = batch.filter((pending) => !pending.isSettled);
    if (open.length === 0) return undefined;
    for (const pending of open) pending.isSent = true;
    const began = clock.now();
    try {
      const baseOffset = await line.send(
        partition,
        open.map(({ record }) => record),
      );
      if (baseOffset === undefined || baseOffset === '-1')
        return partition < line.partitionCount ? unconfirmed() : partitionGone();
      // The limit was raised.
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
