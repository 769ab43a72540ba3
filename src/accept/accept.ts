import type { Clock } from '../ports/clock.ts';
import type { Publisher, PublishResult } from '../ports/publisher.ts';
import type { Bounds, FallbackList, Parked } from '../ports/fallback-list.ts';
import type { StoreReply } from '../ports/store-reply.ts';
import type { Message } from './message.ts';
import type { Outcome } from './outcome.ts';
import { toEntry } from './parse.ts';

/** Takes checked messages and answers one outcome for each, in order. Never throws. */
export type Accept = (messages: readonly Message[]) => Promise<Outcome[]>;

/** Not final: the message has to be parked. */
type Unpublished = Extract<PublishResult, { kind: 'failed' | 'refused' }>;

type NotParked = Exclude<StoreReply<Parked>, { kind: 'done' }>;

export interface AcceptDeps {
  readonly publisher: Publisher;
  readonly list: FallbackList;
  /** The most that the list may hold. */
  readonly bounds?: Bounds;
  readonly clock: Clock;
  /** Hears of every outcome, before the client does. */
  onOutcome: (outcome: Outcome, message: Message) => void;
}

/** The one way a message goes: publish, else park, else unavailable. */
export function createAccept({ publisher, list, bounds = {}, clock, onOutcome }: AcceptDeps): Accept {
  const toEntries = (messages: readonly Message[]) => {
    const now = clock.wallTime();
    return messages.map((message) => toEntry(message, now));
  };
  return async (messages) => {
    const results = await publisher.publish(messages);
    const left = messages.filter((_, index) => isUnpublished(results[index]));
    const parked = left.length > 0 ? await list.park(toEntries(left), bounds) : NOT_PARKED;
    return messages.map((message, index) => {
      const outcome = toOutcome(results[index] ?? NO_RESULT, parked);
      onOutcome(outcome, message);
      return outcome;
    });
  };
}

/** A publisher owes one result for each message; one that it forgot was not published. */
const NO_RESULT: PublishResult = {
  kind: 'failed',
  blame: 'kafka',
  reason: 'The publisher gave no result',
  maybeWritten: true,
};

const NOT_PARKED: StoreReply<Parked> = { kind: 'failed', reason: 'Nothing was parked' };

function isUnpublished(result: PublishResult = NO_RESULT): result is Unpublished {
  return result.kind === 'failed' || result.kind === 'refused';
}

function toOutcome(result: PublishResult, parked: StoreReply<Parked>): Outcome {
  switch (result.kind) {
    case 'published':
    case 'rejected':
      return result;
    case 'failed':
    case 'refused':
      if (parked.kind !== 'done') return unavailable(result, parked);
      return parked.value === 'parked' ? { kind: 'queued' } : listFull(result);
  }
}

/** Room comes only when Kafka takes messages again. */
function listFull(result: Unpublished): Outcome {
  return {
    kind: 'unavailable',
    cause: 'list-full',
    reason: `Kafka: ${describe(result)}; Redis: the fallback list is full`,
    retryInMs: result.kind === 'refused' ? result.retryInMs : 0,
  };
}

function unavailable(result: Unpublished, parked: NotParked): Outcome {
  const bothOpen = result.kind === 'refused' && result.because === 'open' && parked.kind === 'refused';
  const waits = [result, parked].map((answer) => (answer.kind === 'refused' ? answer.retryInMs : 0));
  return {
    kind: 'unavailable',
    cause: bothOpen ? 'both-open' : 'failed',
    reason: `Kafka: ${describe(result)}; Redis: ${describe(parked)}`,
    retryInMs: Math.min(...waits),
  };
}

function describe(answer: Unpublished | NotParked): string {
  if (answer.kind === 'failed') return answer.reason;
  return 'because' in answer && answer.because === 'busy' ? 'too much waits for it' : 'the circuit is open';
}
