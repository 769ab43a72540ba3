import type { Message } from '../message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { isTopics, type PublishResult } from '../ports/publisher.ts';

/** Exponential backoff of a topic that fails, in milliseconds: the first one, and the longest. */
const FIRST_MS = 1000;
const LONGEST_MS = 15_000;
/** How many messages of a topic may succeed in one batch before it counts as healthy again. */
const HEALTHY = 8;
/** Log throttling interval for each topic, in milliseconds. */
const QUIET_MS = 30_000;

interface Backoff {
  reason: string;
  failures: number;
  until: number;
  /** Slow start: how many messages of one batch may be tried. */
  allowed: number;
  /** Entries that were deferred in this round. */
  deferred: number;
  toldAt: number;
}

/**
 * Exponential backoff for each topic that can't be written: its entries are deferred unpublished, so that they
 * hold up no other topic. After the backoff one message is tried, and twice as many after each success.
 */
export class TopicBackoff {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #topics = new Map<string, Backoff>();

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Whether any topic fails at present. */
  get isAny(): boolean {
    return this.#topics.size > 0;
  }

  /** Begins a batch: the answer tells of each of its messages, in order, whether it may be tried. */
  startBatch(): (topic: string) => boolean {
    const tried = new Map<string, number>();
    const now = this.#clock.now();
    return (topic) => {
      const backoff = this.#topics.get(topic);
      if (!backoff) return true;
      const count = tried.get(topic) ?? 0;
      tried.set(topic, count + 1);
      return count < backoff.allowed && now >= backoff.until;
    };
  }

  /** Whether messages of the topic are deferred at present. */
  has(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** Takes the results of what was tried. A topic of which some was published does not fail as a whole. */
  learn(messages: readonly Message[], results: readonly PublishResult[]): void {
    const published = new Set<string>();
    const failed = new Map<string, string>();
    for (const [index, { topic }] of messages.entries()) {
      const result = results[index];
      if (result?.kind === 'published') published.add(topic);
      else if (result && isTopics(result)) failed.set(topic, result.reason);
    }
    for (const [topic, reason] of failed) if (!published.has(topic)) this.#fail(topic, reason);
    for (const topic of published) if (!failed.has(topic)) this.#succeed(topic);
  }

  /** Forgets the entries that were counted. */
  countAnew(): void {
    for (const backoff of this.#topics.values()) backoff.deferred = 0;
  }

  /** Counts an entry that was deferred. */
  count(topic: string): void {
    const backoff = this.#topics.get(topic);
    if (backoff) backoff.deferred++;
  }

  /** Logs each topic that fails, with its reason and the number of its entries, and throttled. */
  tell(): void {
    const now = this.#clock.now();
    for (const [topic, backoff] of this.#topics) {
      const { reason, deferred, toldAt } = backoff;
      if (deferred === 0 || now - toldAt < QUIET_MS) continue;
      backoff.toldAt = now;
      this.#log.warning('Parked messages wait for their topic, which cannot be written', {
        topic,
        reason,
        entries: deferred,
      });
    }
    this.countAnew();
  }

  #fail(topic: string, reason: string): void {
    const { failures = 0, deferred = 0, toldAt = -Infinity } = this.#topics.get(topic) ?? {};
    const until = this.#clock.now() + Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
    this.#topics.set(topic, { reason, failures: failures + 1, until, allowed: 1, deferred, toldAt });
  }

  #succeed(topic: string): void {
    const backoff = this.#topics.get(topic);
    if (!backoff) return;
    if (backoff.failures > 0) this.#log.info('Parked messages reach their topic again', { topic });
    backoff.failures = 0;
    backoff.allowed *= 2;
    if (backoff.allowed > HEALTHY) this.#topics.delete(topic);
  }
}
