import { errorMessage } from '../common/error-message.ts';
import type { Message } from '../message/message.ts';
import { type Clock, within } from '../ports/clock.ts';
import type { Probe } from '../ports/probe.ts';
import {
  type EarlyResult,
  finalOf,
  NO_RESULT,
  type Publisher,
  type PublishResult,
} from '../ports/publisher.ts';
import { Deadlines } from './deadlines.ts';
import { SilenceWatch } from './silence-watch.ts';
import { PublishJudge } from './publish-judge.ts';
import { type CallVerdict, judgeProbe } from './verdict.ts';
import type { Circuit } from './circuit.ts';

/** A caller with limited patience: it is answered by `onEarly` if messages are in doubt after `patienceMs`. */
interface Impatience {
  readonly patienceMs: number;
  readonly onEarly: (results: EarlyResult[]) => void;
}

/** Grace period: a driver has the same deadline, and knows best what became of a message. */
const GRACE_MS = 100;

export interface GuardedPublisherDeps {
  readonly inner: Publisher;
  readonly circuit: Circuit;
  readonly clock: Clock;
  /** Deadline of a call, in milliseconds. */
  readonly deadlineMs: number;
  /**
   * A silence of Kafka this long, in milliseconds, counts as a fault, and each further one. Short enough that a
   * frozen Kafka opens the circuit within `deadlineMs`.
   */
  readonly silenceMs: number;
  /** The runtime ends timers with the request that set them, so that calls can't share one. */
  readonly isTurnByTurn?: boolean;
  /** A batch of the backlog with more messages than this may fail for its size alone. */
  readonly smallestBatch: number;
  /**
   * Publishes one parked message as a trial, by the function that it is given. Undefined if none is fit for
   * one: then Kafka is probed.
   */
  tryBacklog?: (publish: Publisher['publish']) => Promise<readonly PublishResult[] | undefined>;
}

/**
 * Publisher behind a circuit breaker and a deadline (decorator). No call takes longer than `deadlineMs` and a
 * grace period, and an open circuit refuses at once.
 */
export class GuardedPublisher implements Publisher {
  readonly #deps: GuardedPublisherDeps;
  readonly #judge: PublishJudge;
  readonly #silence: SilenceWatch;
  #liveCount = 0;
  readonly #deadlines: Deadlines;
  /** Cancels all calls in flight: one for each of them would cost as much as the call. */
  #cancellation = new AbortController();

  constructor(deps: GuardedPublisherDeps) {
    this.#deps = deps;
    this.#deadlines = new Deadlines(deps.clock, deps.deadlineMs + GRACE_MS);
    this.#silence = new SilenceWatch(deps.clock, deps.silenceMs, () => this.#onSilence());
    this.#judge = new PublishJudge(deps.clock, () => this.#silence.heard());
    deps.circuit.recoverBy(() => this.#try());
  }

  /** Number of messages submitted that are not of the backlog. */
  get liveCount(): number {
    return this.#liveCount;
  }

  publish(messages: readonly Message[]): Promise<PublishResult[]> {
    this.#liveCount += messages.length;
    return this.#run(messages);
  }

  /** As the port says. The vote of the call in the circuit waits for the messages in doubt. */
  publishWithin(messages: readonly Message[], patienceMs: number): Promise<EarlyResult[]> {
    this.#liveCount += messages.length;
    return new Promise((resolve) => {
      const onEarly = (results: readonly EarlyResult[]) => resolve(results.map(voted));
      const settled = this.#run(messages, true, { patienceMs, onEarly });
      // It never rejects.
      void settled.then(resolve);
      function voted(result: EarlyResult, index: number): EarlyResult {
        if (result.kind !== 'in-doubt') return result;
        return { kind: 'in-doubt', settled: settled.then((all) => all[index] ?? NO_RESULT) };
      }
    });
  }

  /** Publishes parked messages. The failure of a large batch of them does not count against Kafka. */
  publishBacklog(messages: readonly Message[]): Promise<PublishResult[]> {
    return this.#run(messages, messages.length <= this.#deps.smallestBatch);
  }

  refusalOf(message: Message): ReturnType<NonNullable<Publisher['refusalOf']>> {
    return this.#deps.inner.refusalOf?.(message);
  }

  async probe(): Promise<Probe> {
    const reply = await this.#deps.circuit.run(() => this.#probe(), judgeProbe);
    return reply.kind === 'called' ? reply.value : { kind: 'down', reason: 'The Kafka circuit is open' };
  }

  /** Cancels all calls in flight: their messages fail unless they are acknowledged already. */
  giveUp(): void {
    this.#cancellation.abort();
    this.#cancellation = new AbortController();
  }

  close(): Promise<void> {
    this.#deps.circuit.stop();
    return this.#deps.inner.close();
  }

  async #run(
    messages: readonly Message[],
    mayBlame = true,
    impatience?: Impatience,
  ): Promise<PublishResult[]> {
    const { circuit } = this.#deps;
    const isTrial = circuit.state !== 'closed';
    const judge = (results: readonly PublishResult[]) =>
      this.#judge.verdictOn(results, { messages: isTrial ? undefined : messages, mayBlame });
    const reply = await circuit.run(() => this.#publish(messages, impatience), judge);
    if (reply.kind === 'called') return reply.value;
    return messages.map(() => ({ kind: 'refused', because: 'open', retryInMs: reply.retryInMs }));
  }

  async #try(): Promise<CallVerdict> {
    const results = await this.#deps.tryBacklog?.((messages) => this.#publish(messages));
    const verdict = results
      ? this.#judge.verdictOn(results, { messages: undefined, mayBlame: true })
      : judgeProbe(await this.#probe());
    // Exempt from the slow rule: the search for a message takes time that is not Kafka's.
    return verdict.kind === 'answered' ? { ...verdict, mayBeSlow: true } : verdict;
  }

  #publish(messages: readonly Message[], impatience?: Impatience): Promise<PublishResult[]> {
    return this.#within(
      (signal) =>
        impatience && this.#deps.inner.publishWithin
          ? this.#publishEarly(messages, impatience, signal)
          : this.#deps.inner.publish(messages, signal),
      (reason) => {
        const failed: PublishResult = { kind: 'failed', blame: 'kafka', reason, maybeWritten: true };
        return messages.map(() => failed);
      },
    );
  }

  async #publishEarly(
    messages: readonly Message[],
    { patienceMs, onEarly }: Impatience,
    signal: AbortSignal,
  ): Promise<PublishResult[]> {
    const { inner, clock } = this.#deps;
    const began = clock.now();
    const results = (await inner.publishWithin?.(messages, patienceMs, signal)) ?? [];
    if (results.every(isSettled)) return results;
    onEarly(results);
    const settled = Promise.all(results.map(finalOf));
    this.#silence.watch(began, settled);
    return settled;
  }

  /** Votes for the calls that Kafka does not end. */
  #onSilence(): void {
    const { circuit, silenceMs } = this.#deps;
    if (circuit.state !== 'closed') return;
    const fault: CallVerdict = { kind: 'fault', reason: `Kafka is silent for ${Math.round(silenceMs)} ms` };
    void circuit.run(
      () => Promise.resolve(fault),
      (verdict) => verdict,
    );
  }

  #probe(): Promise<Probe> {
    return this.#within(
      (signal) => this.#deps.inner.probe(signal),
      (reason) => ({ kind: 'down', reason }),
    );
  }

  /** Enforces the deadline on a driver that does not keep it, and converts exceptions to failures. */
  #within<T>(call: (signal: AbortSignal) => Promise<T>, failed: (reason: string) => T): Promise<T> {
    const { clock, deadlineMs, isTurnByTurn } = this.#deps;
    const threw = (error: unknown) => failed(`The driver threw: ${errorMessage(error)}`);
    const late = () => failed(`Kafka gave no answer within ${deadlineMs} ms`);
    try {
      const work = call(this.#cancellation.signal);
      if (isTurnByTurn) return within(clock, deadlineMs + GRACE_MS, work, late).catch(threw);
      return this.#deadlines.within(work, late, threw);
    } catch (error) {
      return Promise.resolve(threw(error));
    }
  }
}

function isSettled(result: EarlyResult): result is PublishResult {
  return result.kind !== 'in-doubt';
}
