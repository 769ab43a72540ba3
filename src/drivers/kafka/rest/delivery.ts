import type { Message } from '../../../message/message.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { PublishResult } from '../../../ports/publisher.ts';
import { unconfirmed } from '../errors.ts';
import type { Stats } from '../stats.ts';
import type { Deadline } from './deadline.ts';
import type { Dialect, Isolate, Item } from './dialect.ts';
import type { BasePath } from './base-path.ts';
import type { Answer, ProxyClient } from './proxy-client.ts';
import type { MissingTopics } from './missing-topics.ts';
import { BEHIND, BUSY, countOf, type Outgoing, settleAll, sharing } from './outgoing.ts';
import type { Semaphore } from './semaphore.ts';
import { readStatus } from './statuses.ts';

export interface DeliveryDeps {
  readonly dialect: Dialect;
  readonly client: ProxyClient;
  readonly clock: Clock;
  readonly stats: Stats;
  readonly basePath: BasePath;
  readonly missing: MissingTopics;
  /** Limits concurrent write requests, across all calls. */
  readonly semaphore: Semaphore;
  /** A request that takes longer, in milliseconds, starts a check whether its topic is missing. */
  readonly slowMs: number;
}

const MISSING = {
  kind: 'failed',
  blame: 'topic',
  reason: 'UNKNOWN_TOPIC_OR_PARTITION',
  maybeWritten: false,
} as const satisfies PublishResult;

/** Concurrent requests of one call. */
const MAX_AT_ONCE = 32;

/** Delivery of the messages of one topic from one call of `publish`: batches, bisects and settles them. */
export class Delivery {
  readonly #deps: DeliveryDeps;
  readonly #topic: string;
  readonly #deadline: Deadline;

  constructor(deps: DeliveryDeps, topic: string, deadline: Deadline) {
    this.#deps = deps;
    this.#topic = topic;
    this.#deadline = deadline;
  }

  /** Answers one result for each message, in order, once all are known. Never throws. */
  async run(messages: readonly Message[]): Promise<PublishResult[]> {
    const { dialect, semaphore } = this.#deps;
    const results: PublishResult[] = messages.map(() => BEHIND);
    const lots = dialect.lots(this.#topic, messages);
    const waiting = lots.values();
    const work = async () => {
      for (const { places, partition } of waiting) {
        const records = places.map((place): Outgoing => ({
          text: dialect.encode(messages[place]!, partition),
          settle: (result) => void (results[place] = result),
        }));
        if (!(await semaphore.run(() => this.#deliver(records)))) settleAll(records, BUSY);
      }
    };
    await Promise.all(Array.from({ length: Math.min(MAX_AT_ONCE, lots.length) }, work));
    dialect.onDelivered?.(this.#topic, messages, results);
    return results;
  }

  /** Sends batches one after another, so that each key keeps its order. */
  async #deliver(records: readonly Outgoing[]): Promise<void> {
    for (let began = 0, went = true; began < records.length;) {
      const batch = records.slice(began, began + (went ? countOf(records, began) : records.length));
      began += batch.length;
      if (went) went = await this.#send(batch);
      else settleAll(batch, this.#deadline.signal.aborted ? this.#deadline.resultOf(false) : BEHIND);
    }
  }

  /** Settles each record. Answers whether the records behind them should be tried. */
  async #send(batch: readonly Outgoing[], mayHaveRest = true): Promise<boolean> {
    const { dialect, basePath, missing } = this.#deps;
    if (missing.has(this.#topic)) return settleAll(batch, MISSING);
    const base = await basePath.get(this.#deadline);
    if (typeof base !== 'string') return settleAll(batch, base);
    const answer = await this.#call(batch, base);
    basePath.heard(base, answer);
    if (answer.kind === 'none') return settleAll(batch, this.#unanswered(answer));
    const read = dialect.read(answer.text, batch.length, answer.status);
    if (read) return 'kind' in read ? this.#isolate(batch, read) : this.#settle(batch, read, mayHaveRest);
    if (this.#deadline.signal.aborted) return settleAll(batch, this.#ended(true));
    const refusal = readStatus(answer.status, answer.text);
    return refusal.kind === 'all' ? settleAll(batch, refusal.result) : this.#isolate(batch, refusal);
  }

  async #call(batch: readonly Outgoing[], base: string): Promise<Answer> {
    const { dialect, client, clock, stats, missing, slowMs } = this.#deps;
    const { signal } = this.#deadline;
    const texts = batch.map(({ text }) => text);
    const began = clock.now();
    const answered = new AbortController();
    const cancel = clock.after(
      slowMs,
      () => void missing.ask(this.#topic, base, AbortSignal.any([signal, answered.signal])),
    );
    const answer = await client.call(dialect.produce(this.#topic, texts, base), signal);
    cancel();
    answered.abort();
    stats.addCall(batch.length, clock.now() - began);
    return answer;
  }

  #unanswered({ reason, isSent }: Extract<Answer, { kind: 'none' }>): PublishResult {
    if (this.#deadline.signal.aborted) return this.#ended(isSent);
    return { kind: 'failed', blame: 'kafka', reason, maybeWritten: isSent };
  }

  #ended(isSent: boolean): PublishResult {
    const result = this.#deadline.resultOf(isSent);
    const isMissing =
      result.kind === 'failed' && result.blame === 'kafka' && this.#deps.missing.has(this.#topic);
    return isMissing ? { ...MISSING, maybeWritten: isSent } : result;
  }

  /** Bisection: the proxy refuses a whole request for one record, and does not say for which. */
  async #isolate(batch: readonly Outgoing[], { lone }: Pick<Isolate, 'lone'>): Promise<boolean> {
    const [only] = batch;
    if (only && batch.length === 1) {
      settleAll(batch, lone(only.text));
      // The proxy answered, so the refusal is this record's alone.
      return true;
    }
    const half = Math.ceil(batch.length / 2);
    if (await this.#send(batch.slice(0, half))) return this.#send(batch.slice(half));
    return settleAll(batch.slice(half), BEHIND);
  }

  async #settle(batch: readonly Outgoing[], items: readonly Item[], mayHaveRest: boolean): Promise<boolean> {
    const call = {};
    const rest: Outgoing[] = [];
    const suspects: Outgoing[] = [];
    let verdict: PublishResult = BEHIND;
    let went = true;
    for (const [index, record] of batch.entries()) {
      const item = items[index];
      if (item?.kind === 'suspect') {
        suspects.push(record);
        verdict = item.result;
        continue;
      }
      if (item?.kind === 'neighbour' && mayHaveRest) {
        rest.push(record);
        continue;
      }
      const result = this.#resultOf(item);
      if (result.kind === 'failed') went = false;
      record.settle(sharing(result, call));
    }
    if (suspects.length > 0) went = (await this.#isolate(suspects, { lone: () => verdict })) && went;
    // Retried without the refused record.
    return rest.length > 0 ? (await this.#send(rest, false)) && went : went;
  }

  #resultOf(item: Exclude<Item, { kind: 'suspect' }>): PublishResult {
    if (!item) return this.#deadline.signal.aborted ? this.#ended(true) : unconfirmed().result;
    if (item.kind !== 'neighbour') return item;
    const reason = 'Kafka refused the batch for another record';
    return { kind: 'failed', blame: 'topic', reason, maybeWritten: false };
  }
}
