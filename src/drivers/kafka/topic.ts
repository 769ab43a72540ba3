import type { Clock } from '../../ports/clock.ts';
import { type Classified, classify } from './errors.ts';
import { Lane, type LaneLine } from './lane.ts';
import { Line } from './line.ts';
import { partitionOf } from './murmur2.ts';
import { openLine, type OpenSettings } from './open-line.ts';
import type { Pending } from './pending.ts';
import type { Stats } from './stats.ts';

/** How often a topic is asked for that is not there yet, or has no leader, before it counts as failed. */
const PATIENT_TRIES = 10;

export interface TopicDeps {
  readonly name: string;
  readonly settings: OpenSettings;
  readonly clock: Clock;
  readonly stats: Stats;
}

/** One topic: the partition of each record, a lane for each partition, and one line for all lanes. */
export class Topic {
  readonly #deps: TopicDeps;
  readonly #lanes: Lane[] = [];
  /** Records that came before it was known how many partitions there are. */
  readonly #unplaced: Pending[] = [];
  #partitionCount = 0;
  #line: Promise<Line | Classified> | undefined;
  /** The same, once it is open. */
  #current: Line | undefined;
  #opening: AbortController | undefined;
  #works = true;
  /** Where records without a key go, until its lane begins another batch. */
  #keyless = { partition: Math.floor(Math.random() * 1_000_000), batch: -1 };

  constructor(deps: TopicDeps) {
    this.#deps = deps;
  }

  add(pending: Pending): void {
    if (this.#partitionCount > 0) {
      this.#place(pending);
      return;
    }
    this.#unplaced.push(pending);
    if (this.#unplaced.length === 1) void this.#begin();
  }

  /** Opens a new line and puts it in the place of the present one; answers what is wrong, if anything. */
  async renew(): Promise<Classified | undefined> {
    const opened = await this.#open();
    if (!(opened instanceof Line)) return opened;
    void this.retire();
    this.#line = Promise.resolve(opened);
    this.#current = opened;
    return undefined;
  }

  /** Lets go of the line once what is in flight on it has ended; the next call opens another one. */
  async retire(): Promise<void> {
    await (await this.#letGo())?.retire();
  }

  /** Lets go of the line at once: what is in flight fails. */
  async close(): Promise<void> {
    this.#opening?.abort();
    (await this.#letGo())?.destroy();
  }

  async #letGo(): Promise<Line | undefined> {
    const line = this.#line;
    this.#line = undefined;
    this.#current = undefined;
    const opened = await line;
    return opened instanceof Line ? opened : undefined;
  }

  async #begin(): Promise<void> {
    const opened = await this.#openLine();
    for (const pending of this.#unplaced.splice(0)) {
      if (opened instanceof Line) this.#place(pending);
      else pending.settle(opened.result);
    }
  }

  #place(pending: Pending): void {
    this.#partitionCount = this.#current?.partitionCount ?? this.#partitionCount;
    const { key } = pending.record;
    this.#lane(key ? partitionOf(key, this.#partitionCount) : this.#pickKeyless()).add(pending);
  }

  /** One partition for each batch, in turn: small batches spread over all partitions would cost more. */
  #pickKeyless(): number {
    const { partition, batch } = this.#keyless;
    if (partition < this.#partitionCount && this.#lane(partition).batches === batch) return partition;
    const next = (partition + 1) % this.#partitionCount;
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
      openLine: () => this.#openLine(),
      replaceLine: (line) => this.#replace(line),
    }));
  }

  #openLine(): Promise<Line | Classified> {
    return (this.#line ??= this.#open().then((opened) => {
      if (opened instanceof Line) this.#current = opened;
      else this.#line = undefined;
      return opened;
    }));
  }

  #replace(line: LaneLine): void {
    if (this.#current === line) void this.retire();
  }

  async #open(): Promise<Line | Classified> {
    const { name, settings, clock, stats } = this.#deps;
    const opening = new AbortController();
    this.#opening = opening;
    const cancel = clock.after(settings.timeoutMs, () => opening.abort());
    stats.connects++;
    try {
      const tries = this.#works ? PATIENT_TRIES : 1;
      const line = await openLine({ settings, topic: name, tries, clock, signal: opening.signal });
      this.#works = true;
      this.#partitionCount = line.partitionCount;
      return line;
    } catch (error) {
      this.#works = false;
      return classify(error, 'opening');
    } finally {
      cancel();
    }
  }
}
