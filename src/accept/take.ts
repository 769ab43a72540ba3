import { type Decided, decideEach, withoutGaps } from '../common/decide.ts';
import type { Clock } from '../ports/clock.ts';
import type { Bounds, FallbackList, Parked } from '../ports/fallback-list.ts';
import {
  type EarlyResult,
  finalOf,
  NO_RESULT,
  type Publisher,
  type PublishResult,
  type Unpublished,
} from '../ports/publisher.ts';
import type { StoreReply } from '../ports/store-reply.ts';
import type { Message } from '../message/message.ts';
import type { Doubts } from './doubts.ts';
import type { Order } from './order.ts';
import { orderKeyOf } from '../message/order-key.ts';
import type { Fate } from './outcome.ts';
import { toEntry } from '../message/entry.ts';
import { isUnpublished, publishInOrder } from './publish-in-order.ts';

type NotParked = Exclude<StoreReply<Parked>, { kind: 'done' }>;

export interface Takers {
  readonly publisher: Publisher;
  readonly list: FallbackList;
  /** The most that the list may hold. */
  readonly bounds?: Bounds;
  readonly clock: Clock;
  /** How long a client waits for Kafka while the list can take its message. Undefined: as long as a call takes. */
  readonly patience?: { readonly ms: number; readonly doubts: Doubts } | undefined;
  /** Undefined: what is parked is passed by later messages of its key. */
  readonly order?: Order | undefined;
}

/** For a message that a driver owes a result. */
export const NO_FATE: Fate = { kind: 'unavailable', cause: 'failed', reason: 'No outcome', retryInMs: 0 };

/**
 * Publishes, and parks what could not be published. Where order is kept, `held` are the order keys
 * that wait in the list: what has one of them is parked behind. What could never be published is
 * rejected now: once parked it would have been promised.
 */
export async function take(
  messages: readonly Message[],
  takers: Takers,
  held?: ReadonlySet<string>,
): Promise<Decided<Fate>> {
  return decideEach(
    messages,
    (message): Fate | undefined => takers.publisher.refusalOf?.(message),
    (fit) => publishOrPark(fit, takers, held),
  );
}

async function publishOrPark(
  messages: readonly Message[],
  takers: Takers,
  held: ReadonlySet<string> | undefined,
): Promise<Decided<Fate>> {
  const { publisher, patience, order } = takers;
  const publish = (wave: readonly Message[]): Promise<EarlyResult[]> =>
    patience && publisher.publishWithin
      ? publisher.publishWithin(wave, patience.ms)
      : publisher.publish(wave);
  const results = held ? await publishInOrder(messages, publish, { held }) : await publish(messages);
  if (held) order?.onBehind(results.filter(isBehind).length);
  return decideEach(
    messages.map((message, index): Tried => ({ message, result: results[index] ?? NO_RESULT })),
    ({ result }): Fate | undefined => (isUnpublished(result) ? undefined : result),
    (left) => parkOrWait(left, takers, held),
  );
}

/** Why a message in doubt takes the list. */
const SLOW: Unpublished = { kind: 'refused', because: 'stalled', retryInMs: 0 };

/** A message, and what is known of it at the publisher. */
interface Tried {
  readonly message: Message;
  readonly result: EarlyResult;
}

/** The list takes all of them or none. If it takes none, they wait for Kafka, as long as a call takes. */
async function parkOrWait(
  left: readonly Tried[],
  takers: Takers,
  held: ReadonlySet<string> | undefined,
): Promise<Fate[]> {
  const { list, bounds = {}, clock, patience } = takers;
  const now = clock.wallTime();
  const doubts = left.map(({ result }) =>
    result.kind === 'in-doubt' ? patience?.doubts.create() : undefined,
  );
  const entries = left.map(({ message }, index) => toEntry(message, now, doubts[index]));
  const orderKeys = held && left.map(({ message }) => orderKeyOf(message));
  const parked = await list.park(entries, bounds, orderKeys);
  if (parked.kind === 'done' && parked.value === 'parked') {
    for (const [index, { message, result }] of left.entries()) {
      const doubt = doubts[index];
      if (doubt && result.kind === 'in-doubt') patience?.doubts.watch(message, doubt, result.settled);
    }
    return left.map(({ result }) => ({
      kind: 'queued',
      because: result.kind === 'refused' || result.kind === 'failed' ? result : SLOW,
    }));
  }
  const results = await waitForKafka(left, takers.publisher, held);
  return results.map((result) => toFate(result, parked));
}

/** Results without impatience: of calls that are on their way, and of messages that were not sent yet. */
async function waitForKafka(
  left: readonly Tried[],
  publisher: Publisher,
  held: ReadonlySet<string> | undefined,
): Promise<PublishResult[]> {
  const stalled = left.filter(({ result }) => isStalled(result)).map(({ message }) => message);
  const publish = (wave: readonly Message[]) => publisher.publish(wave);
  const retried = held ? publishInOrder(stalled, publish, { held }) : publish(stalled);
  const known = await Promise.all(left.map(({ result }) => finalOf(result)));
  const results = await decideEach(
    known,
    (result) => (isStalled(result) ? undefined : result),
    () => retried,
  );
  return withoutGaps(results, NO_RESULT);
}

/** `parked`: why the list did not take the message. */
function toFate(result: PublishResult, parked: StoreReply<Parked>): Fate {
  switch (result.kind) {
    case 'published':
    case 'rejected':
      return result;
    case 'failed':
    case 'refused':
      return parked.kind === 'done' ? listFull(result) : unavailable(result, parked);
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
  stalled: 'it gives no answer',
} as const;

function isBehind(result: EarlyResult): boolean {
  return result.kind === 'refused' && result.because === 'behind';
}

function isStalled(result: EarlyResult): boolean {
  return result.kind === 'refused' && result.because === 'stalled';
}
