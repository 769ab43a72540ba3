import { TaskCancelledError, timeout, TimeoutStrategy } from 'cockatiel';
import type { Message } from '../accept/message.ts';
import type { Probe } from '../ports/probe.ts';
import type { Publisher, PublishResult } from '../ports/publisher.ts';
import type { Circuit } from './circuit.ts';
import { ANSWERED, type CallVerdict, judgeProbe, NEUTRAL } from './verdict.ts';

/**
 * A publisher behind a circuit and a deadline: nothing waits longer than `deadlineMs`,
 * and nothing waits at all while the circuit is open.
 */
export class GuardedPublisher implements Publisher {
  readonly #inner: Publisher;
  readonly #circuit: Circuit;
  readonly #deadlineMs: number;

  constructor(inner: Publisher, circuit: Circuit, deadlineMs: number) {
    this.#inner = inner;
    this.#circuit = circuit;
    this.#deadlineMs = deadlineMs;
    circuit.recoverBy(async () => judgeProbe(await this.#probe()));
  }

  async publish(messages: readonly Message[]): Promise<PublishResult[]> {
    const reply = await this.#circuit.run(() => this.#publish(messages), judgeResults);
    return reply.kind === 'called' ? reply.value : messages.map(() => reply);
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
      return messages.map(() => ({ kind: 'failed', blame: 'kafka', reason, maybeWritten: true }));
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
    const policy = timeout(this.#deadlineMs, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false });
    return policy.execute(({ signal }) => call(signal));
  }
}

function describe(error: unknown, deadlineMs: number): string {
  if (error instanceof TaskCancelledError) return `Kafka gave no answer within ${deadlineMs} ms`;
  return `The driver threw: ${error instanceof Error ? error.message : 'not an error'}`;
}

/** One call, one vote, however many messages it carried. */
function judgeResults(results: readonly PublishResult[]): CallVerdict {
  for (const result of results) {
    if (result.kind === 'failed' && result.blame === 'kafka') return { kind: 'fault', reason: result.reason };
  }
  return results.length === 0 ? NEUTRAL : ANSWERED;
}
