import type { Message } from '../message/message.ts';
import type { Clock } from '../ports/clock.ts';
import { NO_RESULT, type PublishResult } from '../ports/publisher.ts';
import { TopicEvidence } from './topic-evidence.ts';
import { ANSWERED, type CallVerdict, NEUTRAL, VoteOnce } from './verdict.ts';

type Failed = Extract<PublishResult, { kind: 'failed' }>;

interface Call {
  /** The messages of the results, whose topics are evidence for each other. Undefined: a trial, which counts by itself. */
  readonly messages: readonly Message[] | undefined;
  /** Whether a failure counts against Kafka: that of a large batch may be the fault of its size. */
  readonly mayBlame: boolean;
}

/** Turns the results of a publish into its vote in Kafka's circuit. */
export class PublishJudge {
  readonly #votes = new VoteOnce();
  readonly #evidence: TopicEvidence;
  readonly #onAnswered: () => void;

  constructor(clock: Clock, onAnswered: () => void) {
    this.#evidence = new TopicEvidence(clock);
    this.#onAnswered = onAnswered;
  }

  verdictOn(results: readonly PublishResult[], { messages, mayBlame }: Call): CallVerdict {
    if (messages) this.#evidence.note(messages, results);
    let verdict = NEUTRAL;
    let call: object | undefined;
    // By index: this loop runs for every message, and `entries` costs more than all in it.
    for (let index = 0; index < results.length; index++) {
      const result = results[index] ?? NO_RESULT;
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
          if (result.blame === 'topic' || result.blame === 'partition') verdict = ANSWERED;
          if (mayBlame && this.#isKafkas(result, messages?.[index]?.topic) && this.#votes.admits(result.call))
            return { kind: 'fault', reason: result.reason };
      }
    }
    if (verdict.kind !== 'answered') return verdict;
    this.#onAnswered();
    return { kind: 'answered', call, mayBeSlow: !mayBlame };
  }

  #isKafkas({ blame }: Failed, topic: string | undefined): boolean {
    switch (blame) {
      case 'kafka':
        return topic === undefined || !this.#evidence.excuses(topic);
      case 'partition':
        return topic !== undefined && this.#evidence.isWidespread(topic);
      case 'topic':
      case 'caller':
        return false;
    }
  }
}
