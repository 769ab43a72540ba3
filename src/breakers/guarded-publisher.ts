import type { Message } from '../accept/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Probe } from '../ports/probe.ts';
import { type Publisher, type PublishResult, SMALLEST_BACKLOG } from '../ports/publisher.ts';
import { Ballot } from './ballot.ts';
import type { Circuit } from './circuit.ts';
import { ANSWERED, type CallVerdict, judgeProbe, NEUTRAL } from './verdict.ts';

/** A driver keeps its deadline itself, and knows best what became of a message: it may speak first. */
const GRACE_MS = 100;

export interface GuardedPublisherDeps {
  readonly inner: Publisher;
  readonly circuit: Circuit;
  readonly clock: Clock;
  /** The most that a call may take, in milliseconds. */
  readonly deadlineMs: number;
  /**
   * Publishes one message that is worth a trial, by the function that it is given. Undefined where
   * there is none: then Kafka is probed.
   */
  tryBacklog?: (publish: Publisher['publish']) => Promise<readonly PublishResult[] | undefined>;
}

/**
 * A publisher behind a circuit and a deadline: nothing waits longer than `deadlineMs` and a moment,
 * and nothing waits at all while the circuit is open.
 */
export class GuardedPublisher implements Publisher {
  readonly #deps: GuardedPublisherDeps;
  readonly #ballot = new Ballot();
  #liveCount = 0;
  readonly #waiting = new Set<AbortController>();

  constructor(deps: GuardedPublisherDeps) {
    this.#deps = deps;
    deps.circuit.recoverBy(() => this.#try());
  }

  /** How many messages were handed in that are not of the backlog. */
  get liveCount(): number {
    return this.#liveCount;
  }

  publish(messages: readonly Message[]): Promise<PublishResult[]> {
    this.#liveCount += messages.length;
    return this.#run(messages, (results) => this.#judge(results));
  }

  /** Publishes parked messages. A large batch of them that fails is not held against Kafka. */
  publishBacklog(messages: readonly Message[]): Promise<PublishResult[]> {
    return this.#run(messages, (results) => this.#judge(results, messages.length <= SMALLEST_BACKLOG));
  }

  refusalOf(message: Message): ReturnType<NonNullable<Publisher['refusalOf']>> {
    return this.#deps.inner.refusalOf?.(message);
  }

  async probe(): Promise<Probe> {
    const reply = await this.#deps.circuit.run(() => this.#probe(), judgeProbe);
    return reply.kind === 'called' ? reply.value : { kind: 'down', reason: 'The Kafka circuit is open' };
  }

  /** Whatever waits for Kafka waits no longer: what is not acknowledged yet has failed. */
  giveUp(): void {
    for (const waiting of this.#waiting) waiting.abort();
  }

  close(): Promise<void> {
    this.#deps.circuit.stop();
    return this.#deps.inner.close();
  }

  async #run(
    messages: readonly Message[],
    judge: (results: readonly PublishResult[]) => CallVerdict,
  ): Promise<PublishResult[]> {
    const reply = await this.#deps.circuit.run(() => this.#publish(messages), judge);
    if (reply.kind === 'called') return reply.value;
    return messages.map(() => ({ kind: 'refused', because: 'open', retryInMs: reply.retryInMs }));
  }

  async #try(): Promise<CallVerdict> {
    const results = await this.#deps.tryBacklog?.((messages) => this.#publish(messages));
    const verdict = results ? this.#judge(results) : judgeProbe(await this.#probe());
    // The time that went into looking for a message is not Kafka's.
    return verdict.kind === 'answered' ? { ...verdict, mayBeSlow: true } : verdict;
  }

  #publish(messages: readonly Message[]): Promise<PublishResult[]> {
    return this.#within(
      (signal) => this.#deps.inner.publish(messages, signal),
      (reason) => {
        const failed: PublishResult = { kind: 'failed', blame: 'kafka', reason, maybeWritten: true };
        return messages.map(() => failed);
      },
    );
  }

  #probe(): Promise<Probe> {
    return this.#within(
      (signal) => this.#deps.inner.probe(signal),
      (reason) => ({ kind: 'down', reason }),
    );
  }

  /** The deadline holds even if the driver does not keep it, and a driver that throws has failed. */
  async #within<T>(call: (signal: AbortSignal) => Promise<T>, failed: (reason: string) => T): Promise<T> {
    const { clock, deadlineMs } = this.#deps;
    const waiting = new AbortController();
    this.#waiting.add(waiting);
    const late = Promise.withResolvers<T>();
    const cancel = clock.after(deadlineMs + GRACE_MS, () => {
      waiting.abort();
      late.resolve(failed(`Kafka gave no answer within ${deadlineMs} ms`));
    });
    try {
      return await Promise.race([call(waiting.signal), late.promise]);
    } catch (error) {
      return failed(`The driver threw: ${error instanceof Error ? error.message : 'not an error'}`);
    } finally {
      cancel();
      this.#waiting.delete(waiting);
    }
  }

  #judge(results: readonly PublishResult[], mayBlame = true): CallVerdict {
    let verdict = NEUTRAL;
    let call: object | undefined;
    for (const result of results) {
      switch (result.kind) {
        case 'published':
          call = result.call;
          verdict = ANSWERED;
          break;
        case 'rejected':
          verdict = ANSWERED;
          break;
        case 'refused':
          break;
        case 'failed':
          if (result.blame === 'topic') verdict = ANSWERED;
          if (result.blame === 'kafka' && mayBlame && this.#ballot.admits(result.call))
            return { kind: 'fault', reason: result.reason };
      }
    }
    return verdict.kind === 'answered' ? { kind: 'answered', call, mayBeSlow: !mayBlame } : verdict;
  }
}
