import { decideEach, withoutGaps } from '../../../common/decide.ts';
import type { Message } from '../../../message/message.ts';
import { type Clock, within } from '../../../ports/clock.ts';
import type { Probe } from '../../../ports/probe.ts';
import {
  type EarlyResult,
  NO_RESULT,
  type ProducerStats,
  type Publisher,
  type PublishResult,
  type TopicCheck,
} from '../../../ports/publisher.ts';
import { sendOnce } from '../../send-once.ts';
import { isEncodable, NOT_ENCODABLE } from '../encodable.ts';
import { Deadline } from './deadline.ts';
import { Delivery, type DeliveryDeps } from './delivery.ts';
import { type DialectName, dialectOf } from './dialects.ts';
import { BasePath } from './base-path.ts';
import { type Answer, type Fetch, type RestAuth, ProxyClient } from './proxy-client.ts';
import { MissingTopics } from './missing-topics.ts';
import { BUSY } from './outgoing.ts';
import { TopicPatience } from './patience.ts';
import { Semaphore } from './semaphore.ts';
import { readProbe, reasonOf } from './statuses.ts';
import { STALLED } from '../stalled.ts';
import { Stats } from '../stats.ts';

export interface RestSettings {
  /** Base URL of the proxy, as in `https://proxy.example.com`. A path is kept. */
  readonly url: string;
  readonly dialect: DialectName;
  readonly auth: RestAuth;
  /** Cluster id, for dialects with one in their paths. Undefined: discovered from the proxy. */
  readonly clusterId?: string | undefined;
  /** The topic that a probe asks for. */
  readonly probeTopic: string;
  /** Deadline for a message's result, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Back-pressure limit: bytes of messages in flight, approximately. Beyond it messages are refused.
   * Undefined where the runtime ends calls without running their cleanup, as edges do: the count would never
   * go down. Requests are not limited there either.
   */
  readonly maxPendingBytes?: number | undefined;
  readonly fetch?: Fetch;
}

/**
 * Limit of concurrent write requests. Bun runs 256 requests of a process at a time and queues the rest:
 * behind a silent proxy, requests to the store would wait.
 */
const MAX_WRITING = 128;
const NO_SPILLWAY_ID =
  'KAFKA_REST_DIALECT has no headers: records carry no spillway-id to recognise duplicates by, no trace and no time of their own, and messages with headers are rejected';
/** Headers are not dropped in silence: the record would differ from the acknowledged message. */
const NO_HEADERS = {
  kind: 'rejected',
  cause: 'invalid',
  reason: 'Headers cannot be carried to Kafka here: send the message without them',
} as const satisfies PublishResult;
/** A proxy waits for a partition that does not exist for as long as a minute, as if Kafka were away. */
const NO_PARTITIONS = {
  kind: 'rejected',
  cause: 'invalid',
  reason: 'The partition cannot be chosen here: send the message without it',
} as const satisfies PublishResult;
const NO_TOMBSTONES = {
  kind: 'rejected',
  cause: 'invalid',
  reason: 'A record without a value cannot be carried to Kafka here: send a value',
} as const satisfies PublishResult;
/** W3C trace context, which comes from the request and not from its message. */
const TRACE = new Set(['traceparent', 'tracestate']);

/**
 * Kafka producer over HTTP, through a REST proxy that speaks one of the dialects. Messages of one call for
 * one topic share requests. Calls share nothing, and nothing but web standards is used, so that it runs on
 * edges.
 */
export class RestPublisher implements Publisher {
  readonly #settings: RestSettings;
  readonly #clock: Clock;
  readonly #stats = new Stats();
  readonly #deps: DeliveryDeps;
  /** Deadlines of the calls in flight. Empty without `maxPendingBytes`. */
  readonly #underWay = new Set<Deadline>();
  readonly #patience: TopicPatience;
  #isClosed = false;

  /** Throws if `url` is not a URL. Opens no connection. */
  constructor(settings: RestSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#patience = new TopicPatience(clock, settings.timeoutMs);
    const dialect = dialectOf(settings.dialect);
    sendOnce();
    // Workers refuse a bare `fetch` that is called as a method.
    const send: Fetch = settings.fetch ?? ((url, init) => fetch(url, init));
    const client = new ProxyClient(new URL(settings.url).href, settings.auth, send);
    const basePath = new BasePath(dialect, client, settings.clusterId);
    const missing = new MissingTopics(dialect, client, clock);
    const semaphore = new Semaphore(settings.maxPendingBytes === undefined ? Infinity : MAX_WRITING);
    const slowMs = settings.timeoutMs / 2;
    this.#deps = { dialect, client, clock, stats: this.#stats, basePath, missing, semaphore, slowMs };
  }

  /** What it can't keep of the promises, for operators to read at the start and in the doctor. */
  get shortfalls(): readonly string[] {
    return this.#deps.dialect.carriesHeaders ? [] : [NO_SPILLWAY_ID];
  }

  get stats(): ProducerStats {
    return this.#stats;
  }

  async publish(messages: readonly Message[], signal?: AbortSignal): Promise<PublishResult[]> {
    let bytes = 0;
    const refuse = (message: Message) => {
      const refused = this.#refuse(message, bytes);
      if (!refused) bytes += sizeOf(message);
      return refused;
    };
    const deliver = (taken: readonly Message[]) =>
      this.#during(bytes, signal, (deadline) => this.#deliver(taken, deadline));
    const results = withoutGaps(await decideEach(messages, refuse, deliver), NO_RESULT);
    for (const result of results)
      if (result.kind === 'failed' && result.maybeWritten) this.#stats.maybeWritten++;
    return results;
  }

  async publishWithin(
    messages: readonly Message[],
    patienceMs: number,
    signal?: AbortSignal,
  ): Promise<EarlyResult[]> {
    const results = await decideEach<Message, EarlyResult>(
      messages,
      ({ topic }) => (this.#patience.isStalled(topic, patienceMs) ? STALLED : undefined),
      (open) => this.#publishEarly(open, patienceMs, signal),
    );
    return withoutGaps(results, NO_RESULT);
  }

  /** A message that waits for its request is in doubt too: the request is made all the same. */
  #publishEarly(
    messages: readonly Message[],
    patienceMs: number,
    signal: AbortSignal | undefined,
  ): Promise<EarlyResult[]> {
    const topics = new Set(messages.map(({ topic }) => topic));
    const ends = [...topics].map((topic) => this.#patience.begin(topic));
    const settled = this.publish(messages, signal).then((results) => {
      for (const end of ends) end(results.every(({ kind }) => kind !== 'failed'));
      return results;
    });
    return within<EarlyResult[], EarlyResult[]>(this.#clock, patienceMs, settled, () => {
      for (const topic of topics) this.#patience.suspect(topic);
      return messages.map((_, index) => ({
        kind: 'in-doubt',
        settled: settled.then((results) => results[index] ?? NO_RESULT),
      }));
    });
  }

  /** Topics go side by side, each by requests of its own. */
  async #deliver(messages: readonly Message[], deadline: Deadline): Promise<PublishResult[]> {
    const results: PublishResult[] = [];
    const places = Map.groupBy(messages.keys(), (place) => messages[place]!.topic);
    const deliverTopic = async ([topic, own]: [string, number[]]) => {
      const delivery = new Delivery(this.#deps, topic, deadline);
      const delivered = await delivery.run(own.map((place) => messages[place]!));
      for (const [index, place] of own.entries()) results[place] = delivered[index]!;
    };
    await Promise.all([...places].map(deliverTopic));
    return results;
  }

  refusalOf(message: Message): Extract<PublishResult, { kind: 'rejected' }> | undefined {
    const { carriesHeaders, carriesTombstones } = this.#deps.dialect;
    if (message.partition !== undefined) return NO_PARTITIONS;
    if (!carriesTombstones && message.encoding && message.value === 'null') return NO_TOMBSTONES;
    if (carriesHeaders) return undefined;
    return Object.keys(message.headers).every((name) => TRACE.has(name)) ? undefined : NO_HEADERS;
  }

  /** Health check through the proxy, by a request that it cannot answer without Kafka. */
  async probe(signal?: AbortSignal): Promise<Probe> {
    const answer = await this.#ask(this.#settings.probeTopic, signal);
    return 'status' in answer ? readProbe(answer.status, answer.text) : down(answer);
  }

  /** Requests the topic's metadata, as a probe does. Missing write permission may go unnoticed. */
  async checkTopic(topic: string): Promise<TopicCheck> {
    const answer = await this.#ask(topic);
    if (!('status' in answer)) return { kind: 'failed', blame: 'kafka', reason: down(answer).reason };
    const { status, text } = answer;
    const isAnswer = status === 200 && readProbe(status, text).kind === 'up';
    return isAnswer
      ? this.#deps.dialect.check(topic, text)
      : { kind: 'failed', blame: status === 404 ? 'topic' : 'kafka', reason: reasonOf(status, text) };
  }

  close(): Promise<void> {
    this.#isClosed = true;
    for (const deadline of this.#underWay) deadline.close();
    return Promise.resolve();
  }

  /** Requests a topic's metadata. Answers the response, or why there is none. */
  #ask(topic: string, signal?: AbortSignal): Promise<Answer | PublishResult> {
    return this.#during(0, signal, async (deadline) => {
      const { dialect, basePath, client } = this.#deps;
      const base = await basePath.get(deadline);
      if (typeof base !== 'string') return base;
      const answer = await client.call(dialect.probe(topic, base), deadline.signal);
      basePath.heard(base, answer);
      return deadline.signal.aborted ? deadline.resultOf(false) : answer;
    });
  }

  #refuse(message: Message, bytes: number): PublishResult | undefined {
    if (!isEncodable(message)) return NOT_ENCODABLE;
    const refusal = this.refusalOf(message);
    if (refusal) return refusal;
    const { maxPendingBytes = Infinity } = this.#settings;
    const pending = this.#stats.pendingBytes + bytes;
    // A message above the limit is let through when nothing else is pending.
    return pending > 0 && pending + sizeOf(message) > maxPendingBytes ? BUSY : undefined;
  }

  async #during<T>(
    bytes: number,
    signal: AbortSignal | undefined,
    work: (deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const deadline = new Deadline(this.#clock, this.#settings.timeoutMs, signal);
    if (this.#isClosed) deadline.close();
    const isCounted = this.#settings.maxPendingBytes !== undefined;
    if (isCounted) {
      this.#underWay.add(deadline);
      this.#stats.pendingBytes += bytes;
    }
    try {
      return await work(deadline);
    } finally {
      deadline.end();
      if (isCounted) {
        this.#underWay.delete(deadline);
        this.#stats.pendingBytes -= bytes;
      }
    }
  }
}

function down(why: object): Extract<Probe, { kind: 'down' }> {
  return {
    kind: 'down',
    reason: 'reason' in why ? String(why.reason) : 'The Kafka REST proxy gave no answer',
  };
}

/** Approximate size, in UTF-16 units instead of bytes. */
function sizeOf({ key, value, headers }: Message): number {
  let size = value.length + (key?.length ?? 0);
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0);
  return size;
}
