import type { Clock } from '../ports/clock.ts';
import type { Bounds, FallbackList, Parked } from '../ports/fallback-list.ts';
import type { Publisher, PublishResult } from '../ports/publisher.ts';
import type { StoreReply } from '../ports/store-reply.ts';
import type { Message, Submission } from './message.ts';
import type { Order } from './order.ts';
import { orderKeyOf } from './order-key.ts';
import type { Fate } from './outcome.ts';
import { toEntry } from './parse.ts';
import { isUnpublished, NO_RESULT, publishInOrder, type Unpublished } from './publish-in-order.ts';

type NotParked = Exclude<StoreReply<Parked>, { kind: 'done' }>;

export interface Takers {
  readonly publisher: Publisher;
  readonly list: FallbackList;
  /** The most that the list may hold. */
  readonly bounds?: Bounds;
  readonly clock: Clock;
  /** Undefined: what is parked is passed by later messages of its key. */
  readonly order?: Order | undefined;
}

export const NO_FATE: Fate = { kind: 'unavailable', cause: 'failed', reason: 'No outcome', retryInMs: 0 };

/**
 * Publishes, and parks what could not be published. Where order is kept, `held` are the order keys
 * that wait in the list: what has one of them is parked behind. What could never be published is
 * rejected now: once parked it would have been promised.
 */
export async function take(
  submissions: readonly Submission[],
  takers: Takers,
  held?: ReadonlySet<string>,
): Promise<Fate[]> {
  const messages = submissions.map(({ message }) => message);
  const refusals = messages.map((message) => takers.publisher.refusalOf?.(message));
  const fit = messages.filter((_, index) => !refusals[index]);
  const fates = fit.length > 0 ? await publishOrPark(fit, takers, held) : [];
  let taken = 0;
  return refusals.map((refusal) => refusal ?? fates[taken++] ?? NO_FATE);
}

async function publishOrPark(
  messages: readonly Message[],
  { publisher, list, bounds = {}, clock, order }: Takers,
  held: ReadonlySet<string> | undefined,
): Promise<Fate[]> {
  const results = held
    ? await publishInOrder(messages, (wave) => publisher.publish(wave), { held })
    : await publisher.publish(messages);
  const left = messages.filter((_, index) => isUnpublished(results[index]));
  if (held) order?.onBehind(results.filter(isBehind).length);
  const now = clock.wallTime();
  const entries = left.map((message) => toEntry(message, now));
  const parked =
    left.length > 0 ? await list.park(entries, bounds, held && left.map(orderKeyOf)) : NOT_PARKED;
  return messages.map((_, index) => toFate(results[index] ?? NO_RESULT, parked));
}

const NOT_PARKED: StoreReply<Parked> = { kind: 'failed', reason: 'Nothing was parked' };

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
  return NOT_TRIED['because' in answer ? answer.because : 'open'];
}

const NOT_TRIED = {
  open: 'the circuit is open',
  busy: 'too much waits for it',
  behind: 'earlier messages of its key wait in the list',
} as const;

function isBehind(result: PublishResult): boolean {
  return result.kind === 'refused' && result.because === 'behind';
}
