import { TaskCancelledError, timeout, TimeoutStrategy } from 'cockatiel';
import type { Message } from '../accept/message.ts';
import type { Probe } from '../ports/probe.ts';
import type { Publisher, PublishResult } from '../ports/publisher.ts';
import type { Circuit } from './circuit.ts';
import { ANSWERED, type CallVerdict, judgeProbe, NEUTRAL } from './verdict.ts';

/** A driver keeps the deadline itself, and knows best what became of a message; this is for one that hangs. */
const GRACE_MS = 100;

/**
 * A publisher behind a circuit and a deadline: nothing waits longer than `deadlineMs` and a moment,
 * and nothing waits at all while the circuit is open.
 */
export class GuardedPublisher implements Publisher {
  readonly #inner: Publisher;
  readonly #circuit: Circuit;
  readonly #deadlineMs: number;
  /** Calls that have voted: many publishes may share one. */
  readonly #voted = new WeakSet<object>();

  constructor(inner: Publisher, circuit: Circuit, deadlineMs: number) {
    this.#inner = inner;
    this.#circuit = circuit;
    this.#deadlineMs = deadlineMs;
    circuit.recoverBy(async () => judgeProbe(await this.#probe()));
  }

  async publish(messages: readonly Message[]): Promise<PublishResult[]> {
    const reply = await this.#circuit.run(
      () => this.#publish(messages),
      (results) => this.#judge(results),
    );
    if (reply.kind === 'called') return reply.value;
    return messages.map(() => ({ kind: 'refused', because: 'open', retryInMs: reply.retryInMs }));
  }

  async probe(): Promise<Probe> {
    const reply = await this.#circuit.run(() => this.#probe(), judgeProbe);
    return reply.kind === 'called' ? reply.value : { kind: 'down', reason: 'The Kafka circuit is open' };
  }

  close(): Promise<void> {
    this.#circuit.stop();
    return this.#inner.close();
  }

  async #publish(messages: readonly Message[]): Promise<PublishResult[]> {
    try {
      return await this.#within((signal) => this.#inner.publish(messages, signal));
    } catch (error) {
      const reason = describe(error, this.#deadlineMs);
      const failed: PublishResult = { kind: 'failed', blame: 'kafka', reason, maybeWritten: true };
      return messages.map(() => failed);
    }
  }

  async #probe(): Promise<Probe> {
    try {
      return await this.#within((signal) => this.#inner.probe(signal));
    } catch (error) {
      return { kind: 'down', reason: describe(error, this.#deadlineMs) };
    }
  }

  /** The signal tells the driver; the deadline holds even if the driver does not listen. */
  #within<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const policy = timeout(this.#deadlineMs + GRACE_MS, {
      strategy: TimeoutStrategy.Aggressive,
      abortOnReturn: false,
    });
    return policy.execute(({ signal }) => call(signal));
  }

  #judge(results: readonly PublishResult[]): CallVerdict {
    let verdict = NEUTRAL;
    for (const result of results) {
      if (result.kind === 'failed' && result.blame === 'kafka') {
        if (result.call && this.#voted.has(result.call)) continue;
        if (result.call) this.#voted.add(result.call);
        return { kind: 'fault', reason: result.reason };
      }
      if (result.kind !== 'refused') verdict = ANSWERED;
    }
    return verdict;
  }
}

function describe(error: unknown, deadlineMs: number): string {
  if (error instanceof TaskCancelledError) return `Kafka gave no answer within ${deadlineMs} ms`;
  return `The driver threw: ${error instanceof Error ? error.message : 'not an error'}`;
}
