import type { Message } from '../../accept/message.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Probe } from '../../ports/probe.ts';
import type { ProducerStats, Publisher, PublishResult, TopicCheck } from '../../ports/publisher.ts';
import { sendOnce } from '../send-once.ts';
import { isEncodable, NOT_ENCODABLE } from './encodable.ts';
import { Deadline } from './rest/deadline.ts';
import { Delivery, type DeliveryDeps } from './rest/delivery.ts';
import { type DialectName, dialectOf } from './rest/dialects.ts';
import { Home } from './rest/home.ts';
import { type Answer, type Fetch, type RestAuth, RestLine } from './rest/line.ts';
import { MissingTopics } from './rest/missing-topics.ts';
import { BUSY } from './rest/outgoing.ts';
import { Slots } from './rest/slots.ts';
import { readProbe, reasonOf } from './rest/statuses.ts';
import { Stats } from './stats.ts';

export interface RestSettings {
  /** As in `https://proxy.example.com`; a path is kept. */
  readonly url: string;
  readonly dialect: DialectName;
  readonly auth: RestAuth;
  /** For dialects whose paths name a cluster; undefined: the proxy is asked for it. */
  readonly clusterId?: string | undefined;
  /** The topic that a probe asks for. */
  readonly probeTopic: string;
  /** The most that a message waits for its result, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * How many bytes of messages, more or less, may be in flight; more are refused. Undefined where the
   * runtime ends calls without a word, as edges do: what is not counted down must not be counted up.
   * Then requests are not counted either.
   */
  readonly maxPendingBytes?: number | undefined;
  readonly fetch?: Fetch;
}

/**
 * Requests that write, at a time. Bun has 256 of all kinds under way in a process, and lets the others
 * wait: behind a proxy that is silent, those to the store would.
 */
const MAX_WRITING = 128;
/** A record whose own headers are dropped is another record than the client was told of. */
const NO_HEADERS = {
  kind: 'rejected',
  cause: 'invalid',
  reason: 'Headers can not be carried to Kafka here: send the message without them',
} as const satisfies PublishResult;
/** These come from the request and not from its message. */
const TRACE = new Set(['traceparent', 'tracestate']);

/**
 * Publishes over HTTP, through a proxy that speaks one of the dialects. Messages of one call that go to
 * the same topic share requests; calls share nothing, so that it runs on edges as well. It needs nothing
 * but web standards.
 */
export class RestPublisher implements Publisher {
  readonly #settings: RestSettings;
  readonly #clock: Clock;
  readonly #stats = new Stats();
  readonly #deps: DeliveryDeps;
  /** Empty where nothing is counted. */
  readonly #underWay = new Set<Deadline>();
  #isClosed = false;

  /** Throws if `url` is none. Connects to nothing yet. */
  constructor(settings: RestSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    const dialect = dialectOf(settings.dialect);
    sendOnce();
    // A bare `fetch` that is called as a method is refused on Workers.
    const send: Fetch = settings.fetch ?? ((url, init) => fetch(url, init));
    const line = new RestLine(new URL(settings.url).href, settings.auth, send);
    const home = new Home(dialect, line, settings.clusterId);
    const missing = new MissingTopics(dialect, line, clock);
    const slots = new Slots(settings.maxPendingBytes === undefined ? Infinity : MAX_WRITING);
    const slowMs = settings.timeoutMs / 2;
    this.#deps = { dialect, line, clock, stats: this.#stats, home, missing, slots, slowMs };
  }

  /** Whether a record's headers reach Kafka, `spillway-id` among them. */
  get carriesHeaders(): boolean {
    return this.#deps.dialect.carriesHeaders;
  }

  get stats(): ProducerStats {
    return this.#stats;
  }

  async publish(messages: readonly Message[], signal?: AbortSignal): Promise<PublishResult[]> {
    const results: PublishResult[] = [];
    const topics = new Map<string, number[]>();
    let bytes = 0;
    for (const [place, message] of messages.entries()) {
      const refused = this.#refuse(message, bytes);
      if (refused) {
        results[place] = refused;
        continue;
      }
      bytes += sizeOf(message);
      const places = topics.get(message.topic);
      if (places) places.push(place);
      else topics.set(message.topic, [place]);
    }
    await this.#during(bytes, signal, async (deadline) => {
      const deliver = async ([topic, places]: [string, number[]]) => {
        const delivery = new Delivery(this.#deps, topic, deadline);
        const delivered = await delivery.run(places.map((place) => messages[place]!));
        for (const [index, place] of places.entries()) results[place] = delivered[index]!;
      };
      await Promise.all([...topics].map(deliver));
    });
    for (const result of results)
      if (result.kind === 'failed' && result.maybeWritten) this.#stats.maybeWritten++;
    return results;
  }

  refusalOf({ headers }: Message): typeof NO_HEADERS | undefined {
    if (this.carriesHeaders) return undefined;
    return Object.keys(headers).every((name) => TRACE.has(name)) ? undefined : NO_HEADERS;
  }

  /** Asks the proxy for what it has to ask Kafka for. */
  async probe(signal?: AbortSignal): Promise<Probe> {
    const answer = await this.#ask(this.#settings.probeTopic, signal);
    return 'status' in answer ? readProbe(answer.status, answer.text) : down(answer);
  }

  /** Asks the proxy as a probe does. It may not tell whether this user may write the topic. */
  async checkTopic(topic: string): Promise<TopicCheck> {
    const answer = await this.#ask(topic);
    if (!('status' in answer)) return { kind: 'failed', reason: down(answer).reason };
    const { status, text } = answer;
    const isAnswer = status === 200 && readProbe(status, text).kind === 'up';
    return isAnswer
      ? this.#deps.dialect.check(topic, text)
      : { kind: 'failed', reason: reasonOf(status, text) };
  }

  close(): Promise<void> {
    this.#isClosed = true;
    for (const deadline of this.#underWay) deadline.close();
    return Promise.resolve();
  }

  /** Asks for a topic; answers what was answered, or why nothing was. */
  #ask(topic: string, signal?: AbortSignal): Promise<Answer | PublishResult> {
    return this.#during(0, signal, async (deadline) => {
      const { dialect, home, line } = this.#deps;
      const base = await home.get(deadline);
      if (typeof base !== 'string') return base;
      const answer = await line.call(dialect.probe(topic, base), deadline.signal);
      home.heard(base, answer);
      return deadline.signal.aborted ? deadline.resultOf(false) : answer;
    });
  }

  #refuse(message: Message, bytes: number): PublishResult | undefined {
    if (!isEncodable(message)) return NOT_ENCODABLE;
    const refusal = this.refusalOf(message);
    if (refusal) return refusal;
    const { maxPendingBytes = Infinity } = this.#settings;
    const pending = this.#stats.pendingBytes + bytes;
    // What is larger than the bound goes when nothing else does.
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

/** More or less: a character may be several bytes. */
function sizeOf({ key, value, headers }: Message): number {
  let size = value.length + (key?.length ?? 0);
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0);
  return size;
}
