import type { Classified } from './errors.ts';
import { Lane } from './lane.ts';
import { Line } from './line.ts';
import { partitionOf } from './murmur2.ts';
import type { Pending } from './pending.ts';
import { TopicLine, type TopicLineDeps } from './topic-line.ts';

/** One topic: the partition of each record, a lane for each partition, and one line for all lanes. */
export class Topic {
  readonly #deps: TopicLineDeps;
  readonly #line: TopicLine;
  readonly #lanes: Lane[] = [];
  /** Records that came before it was known how many partitions there are. */
  readonly #unplaced: Pending[] = [];
  /** Where records without a key go, until its lane begins another batch. */
  #keyless = { partition: Math.floor(Math.random() * 1_000_000), batch: -1 };

  constructor(deps: TopicLineDeps) {
    this.#deps = deps;
    this.#line = new TopicLine(deps);
  }

  /** How many partitions it had when it was last asked for; 0 if it never was. */
  get partitionCount(): number {
    return this.#line.partitionCount;
  }

  add(pending: Pending): void {
    // What came before it was known goes first.
    if (this.#line.partitionCount > 0 && this.#unplaced.length === 0) {
      this.#place(pending);
      return;
    }
    this.#unplaced.push(pending);
    if (this.#unplaced.length === 1) void this.#begin();
  }

  /** Opens a new line and puts it in the place of the present one; answers what is wrong, if anything. */
  renew(): Promise<Classified | undefined> {
    return this.#line.renew();
  }

  /** Lets go of the line once what is in flight on it has ended; the next call opens another one. */
  retire(): void {
    this.#line.retire();
  }

  /** Lets go of the line at once: what is in flight fails. */
  close(): void {
    this.#line.close();
  }

  async #begin(): Promise<void> {
    const opened = await this.#line.get();
    for (const pending of this.#unplaced.splice(0)) {
      if (opened instanceof Line) this.#place(pending);
      else pending.settle(opened.result);
    }
  }

  #place(pending: Pending): void {
    const { key } = pending.record;
    const count = this.#line.partitionCount;
    this.#lane(key ? partitionOf(key, count) : this.#pickKeyless(count)).add(pending);
  }

  /**
   * One partition for each batch, in turn: small batches spread over all partitions would cost more.
   * A partition whose broker is silent is passed over.
   */
  #pickKeyless(count: number): number {
    const { partition, batch } = this.#keyless;
    if (partition < count) {
      const lane = this.#lane(partition);
      if (lane.batches === batch && !lane.isStalled) return partition;
    }
    let next = (partition + 1) % count;
    for (let tried = 1; tried < count && this.#lane(next).isStalled; tried++) next = (next + 1) % count;
    this.#keyless = { partition: next, batch: this.#lane(next).batches };
    return next;
  }

  #lane(partition: number): Lane {
    const { settings, clock, stats } = this.#deps;
    return (this.#lanes[partition] ??= new Lane({
      partition,
      timeoutMs: settings.timeoutMs,
      clock,
      stats,
      openLine: () => this.#line.get(),
      replaceLine: (line) => this.#line.replace(line),
    }));
  }
}
