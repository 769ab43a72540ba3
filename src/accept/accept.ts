import type { Clock } from '../ports/clock.ts';
import type { Bounds, FallbackList, Parked } from '../ports/fallback-list.ts';
import type { Admission, Gate, Hold } from '../ports/gate.ts';
import type { Publisher, PublishResult } from '../ports/publisher.ts';
import type { Receipt } from '../ports/receipts.ts';
import type { StoreReply } from '../ports/store-reply.ts';
import type { Admit, Entry } from './admission.ts';
import type { Message, Submission } from './message.ts';
import { type Fate, type Outcome, toReceipt, type TurnedAway } from './outcome.ts';
import { toEntry } from './parse.ts';

/** Takes checked messages and answers one outcome for each, in order. Never throws. */
export type Accept = (submissions: readonly Submission[]) => Promise<Outcome[]>;

/** Not final: the message has to be parked. */
type Unpublished = Extract<PublishResult, { kind: 'failed' | 'refused' }>;

type NotParked = Exclude<StoreReply<Parked>, { kind: 'done' }>;

export interface AcceptDeps {
  readonly publisher: Publisher;
  readonly list: FallbackList;
  /** The most that the list may hold. */
  readonly bounds?: Bounds;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly admit: Admit;
  /** Hears what became of every message that was accepted; must not wait. */
  record: (receipt: Receipt) => void;
  /** Hears of every outcome, before the client does. */
  onOutcome: (outcome: Outcome, message: Message) => void;
}

/** The one way a message goes: admit, publish, else park, else unavailable; and its receipt. */
export function createAccept({ gate, admit, record, onOutcome, ...takers }: AcceptDeps): Accept {
  return async (submissions) => {
    const entries = await admit(submissions);
    const admitted = submissions.filter((_, index) => entries[index]?.admission.kind === 'admitted');
    const fates = (await take(admitted, takers)).values();
    const released: Hold[] = [];
    const outcomes = submissions.map(({ message }, index) => {
      const { admission, hold } = entries[index] ?? NOT_ASKED;
      const end = turnedAway(admission) ?? fates.next().value ?? NO_FATE;
      const receipt = toReceipt(message, end);
      if (receipt && admission.kind === 'admitted') record(receipt);
      if (!receipt && hold) released.push(hold);
      const outcome: Outcome = { ...end, quota: admission.quota };
      onOutcome(outcome, message);
      return outcome;
    });
    // Nobody waits for it: a hold that is not released ends by itself.
    if (released.length > 0) void gate.release(released);
    return outcomes;
  };
}

const NOT_ASKED: Entry = { admission: { kind: 'admitted' }, hold: undefined };

const NO_FATE: Fate = { kind: 'unavailable', cause: 'failed', reason: 'No outcome', retryInMs: 0 };

/** Undefined where it was not: it was let in. */
function turnedAway(admission: Admission): TurnedAway | undefined {
  switch (admission.kind) {
    case 'admitted':
      return undefined;
    case 'replayed':
      return { kind: 'duplicate', receipt: admission.receipt };
    case 'in-flight':
      return { kind: 'in-flight' };
    case 'limited':
      return { kind: 'limited', retryInMs: admission.retryInMs };
  }
}

type Takers = Pick<AcceptDeps, 'publisher' | 'list' | 'bounds' | 'clock'>;

/** Publishes, and parks what could not be published. */
async function take(
  submissions: readonly Submission[],
  { publisher, list, bounds = {}, clock }: Takers,
): Promise<Fate[]> {
  if (submissions.length === 0) return [];
  const messages = submissions.map(({ message }) => message);
  const results = await publisher.publish(messages);
  const left = messages.filter((_, index) => isUnpublished(results[index]));
  const now = clock.wallTime();
  const entries = left.map((message) => toEntry(message, now));
  const parked = left.length > 0 ? await list.park(entries, bounds) : NOT_PARKED;
  return messages.map((_, index) => toFate(results[index] ?? NO_RESULT, parked));
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

function toFate(result: PublishResult, parked: StoreReply<Parked>): Fate {
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
function listFull(result: Unpublished): Fate {
  return {
    kind: 'unavailable',
    cause: 'list-full',
    reason: `Kafka: ${describe(result)}; Redis: the fallback list is full`,
    retryInMs: result.kind === 'refused' ? result.retryInMs : 0,
  };
}

function unavailable(result: Unpublished, parked: NotParked): Fate {
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
