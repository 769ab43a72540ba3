import type { Clock } from '../../../ports/clock.ts';
import { type Classified, classify, late } from '../errors.ts';
import { type Reach, reachLeaders } from './leaders.ts';
import { TopicProducer } from './topic-producer.ts';
import { explainOpening } from './hints.ts';
import { openProducer, type OpenSettings } from './open-producer.ts';
import type { Stats } from '../stats.ts';

/** Metadata requests for a topic that is missing or has no leader yet, before it counts as failed. */
const PATIENT_TRIES = 10;
/**
 * Negative caching: how long a missing or forbidden topic is not requested again, as each request costs a
 * connection.
 */
const TOPIC_PAUSE_MS = 200;

export interface ConnectionDeps {
  readonly name: string;
  readonly settings: OpenSettings;
  readonly clock: Clock;
  readonly stats: Stats;
}

/** Lazily opened producer of a topic, shared by all callers (single flight) and replaced when it breaks. */
export class ProducerConnection {
  readonly #deps: ConnectionDeps;
  /** The opening of the current producer, pending or done. */
  #opening: Promise<TopicProducer | Classified> | undefined;
  /** The current producer. */
  #producer: TopicProducer | undefined;
  /** Cancels the pending openings, superseded ones included. */
  readonly #underWay = new Set<AbortController>();
  #partitionCount = 0;
  #works = true;
  #hasWorked = false;
  #isClosed = false;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
  }

  /** Number of partitions at the last metadata refresh; 0 before the first. */
  get partitionCount(): number {
    this.#partitionCount = this.#producer?.partitionCount ?? this.#partitionCount;
    return this.#partitionCount;
  }

  /** The current producer, or a new one, or why it could not be opened. */
  get(): Promise<TopicProducer | Classified> {
    if (this.#opening) return this.#opening;
    const opening: Promise<TopicProducer | Classified> = this.#open().then((opened) => {
      if (this.#opening === opening) return this.#adopt(opened);
      // Superseded meanwhile by a newer producer.
      if (opened instanceof TopicProducer) void opened.retire();
      return this.#isClosed ? late('opening') : this.get();
    });
    this.#opening = opening;
    return opening;
  }

  /** Opens a new producer and replaces the current one by it. Answers the failure, if there is one. */
  async renew(): Promise<Classified | undefined> {
    const opened = await this.#open();
    if (!(opened instanceof TopicProducer)) return opened;
    const old = this.#producer;
    this.#opening = Promise.resolve(opened);
    this.#adopt(opened);
    void old?.retire();
    return undefined;
  }

  /** Connects to each leader of the topic. The topic must be open. */
  async reachLeaders(): Promise<Reach> {
    const { settings, name } = this.#deps;
    const seed = this.#producer?.seed;
    try {
      if (seed !== undefined) return await reachLeaders(settings, seed, name);
    } catch {
      // The bootstrap broker has gone away since: that is for the next call to find out.
    }
    return { reached: 0, outOfReach: [] };
  }

  /** Takes a failed producer out of use: the next call opens another one. Its requests in flight complete. */
  replace(producer: Pick<TopicProducer, 'partitionCount'>): void {
    if (this.#producer === producer) this.retire();
  }

  /**
   * Connection draining: takes the open producer, if any, out of use, and closes it after its requests in
   * flight.
   */
  retire(): void {
    if (!this.#producer) return;
    void this.#producer.retire();
    this.#producer = undefined;
    this.#opening = undefined;
  }

  /** Closes everything at once: requests in flight fail. */
  close(): void {
    this.#isClosed = true;
    for (const opening of this.#underWay) opening.abort();
    this.#producer?.destroy();
    this.#producer = undefined;
  }

  #adopt(opened: TopicProducer | Classified): TopicProducer | Classified {
    if (opened instanceof TopicProducer) {
      this.#producer = opened;
      this.#partitionCount = opened.partitionCount;
      return opened;
    }
    const failed = this.#opening;
    const forget = () => {
      if (this.#opening === failed) this.#opening = undefined;
    };
    const isTopics = opened.result.kind === 'failed' && opened.result.blame === 'topic';
    // Until then every caller gets the same answer.
    if (isTopics) this.#deps.clock.after(TOPIC_PAUSE_MS, forget);
    else forget();
    return opened;
  }

  async #open(): Promise<TopicProducer | Classified> {
    const { name, settings, clock, stats } = this.#deps;
    const opening = new AbortController();
    this.#underWay.add(opening);
    const cancel = clock.after(settings.timeoutMs, () => opening.abort());
    stats.connects++;
    try {
      const tries = this.#works ? PATIENT_TRIES : 1;
      const producer = await openProducer({ settings, topic: name, tries, clock, signal: opening.signal });
      this.#works = true;
      this.#hasWorked = true;
      return producer;
    } catch (error) {
      this.#works = false;
      return await explainOpening(classify(error, 'opening'), error, settings, this.#hasWorked);
    } finally {
      cancel();
      this.#underWay.delete(opening);
    }
  }
}
