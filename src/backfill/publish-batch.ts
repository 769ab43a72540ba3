import { decideEach } from '../common/decide.ts';
import type { Message } from '../message/message.ts';
import { type Doubt, doubtOf, fromEntry, parkedAtOf } from '../message/entry.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { isTopics, type Publisher, type PublishResult } from '../ports/publisher.ts';
import type { FallbackList, Settlement } from '../ports/fallback-list.ts';
import { readDoubts, withDoubt } from './doubtful.ts';
import type { Receipt } from '../ports/receipts.ts';
import { logFailures, POISON } from './failure-log.ts';
import type { TopicBackoff } from './topic-backoff.ts';

export interface PublishBatchDeps {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly list: Pick<FallbackList, 'doubts'>;
  /** Whether the order of each key is kept. */
  readonly ordered?: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Messages parked longer ago become dead letters, in milliseconds. */
  readonly maxAgeMs: number;
  /** Receives the receipt of each parked message that was settled; must not wait. */
  record: (receipt: Receipt, message: Message) => void;
  /** Topics that fail, whose entries are deferred unpublished. */
  readonly backoff: TopicBackoff;
  /** The most messages that are published; the rest returns. */
  readonly maxCount: number;
}

export interface Claimed {
  readonly message: Message | undefined;
  readonly parkedAt: number;
  readonly doubt: Doubt | undefined;
}

/** An entry with its settlement. The message is undefined where the entry is none. */
export interface Settled {
  readonly message: Message | undefined;
  readonly verdict: Settlement;
}

/** Settlement of an entry beyond `maxCount`, compared by identity: nothing is known of it. */
export const UNTRIED: Settlement = { kind: 'return' };

/** A settlement for each entry of a batch: what can't be published any more is dead, the rest is published. */
export async function publishBatch(entries: readonly string[], deps: PublishBatchDeps): Promise<Settled[]> {
  const { log, clock, maxAgeMs } = deps;
  const claimed = entries.map((entry): Claimed => ({
    message: fromEntry(entry),
    parkedAt: parkedAtOf(entry) ?? Infinity,
    doubt: doubtOf(entry),
  }));
  const doubtful = await readDoubts(claimed, deps);
  const oldest = clock.wallTime() - maxAgeMs;
  const isTooOld = ({ parkedAt }: Claimed) => parkedAt < oldest;
  const tooOld = claimed.filter(isTooOld).length;
  if (tooOld > 0)
    log.error('Parked messages were too old to be published: kept as dead letters', { entries: tooOld });
  const unreadable = claimed.filter((each) => !isTooOld(each) && !each.message).length;
  if (unreadable > 0) log.error(POISON, { reason: UNREADABLE.reason, entries: unreadable });
  const mayTry = deps.backoff.startBatch();
  let left = deps.maxCount;
  const verdicts = await decideEach<Claimed, Settlement>(
    claimed,
    (each) => {
      const known = doubtful(each);
      if (known) return known;
      if (isTooOld(each)) return expire(each, deps);
      if (!each.message) return UNREADABLE;
      if (!mayTry(each.message.topic)) return { kind: 'defer' };
      return left-- > 0 ? undefined : UNTRIED;
    },
    (open) =>
      publish(
        open.map(({ message }) => message!),
        deps,
      ),
  );
  return verdicts.map((verdict = UNTRIED, index) => {
    const { message, doubt } = claimed[index] ?? {};
    return { verdict: doubt ? withDoubt(verdict, doubt) : verdict, message };
  });
}

/** The time of parking is read from the entry, so that it may be any number. */
function expire({ message, parkedAt }: Claimed, { record }: PublishBatchDeps): Settlement {
  const reason = `Older than FALLBACK_MAX_AGE_SECONDS allows: parked at ${new Date(parkedAt).toISOString()}`;
  if (message) record({ id: message.id, status: 'dead', topic: message.topic, reason }, message);
  return { kind: 'dead', reason };
}

const UNREADABLE = { kind: 'dead', reason: 'The entry is not a message' } as const;

async function publish(messages: readonly Message[], deps: PublishBatchDeps): Promise<Settlement[]> {
  const { publisher, backoff, log, record } = deps;
  const results = await publisher.publish(messages);
  backoff.learn(messages, results);
  logFailures(messages, results, log);
  return messages.map((message, index) => {
    const result = results[index];
    const receipt = toReceipt(message, result);
    if (receipt) record(receipt, message);
    return toSettlement(result, backoff.has(message.topic));
  });
}

/** Undefined for a message that stays parked. */
function toReceipt({ id, topic }: Message, result: PublishResult | undefined): Receipt | undefined {
  switch (result?.kind) {
    case 'published':
      return { id, status: 'published', topic, partition: result.partition, offset: result.offset };
    case 'rejected':
      return { id, status: 'dead', topic, reason: result.reason };
    case 'failed':
    case 'refused':
    case undefined:
      return undefined;
  }
}

/** `isFailing`: the message's topic fails, so that a refusal is for what failed before it in the same topic. */
function toSettlement(result: PublishResult | undefined, isFailing: boolean): Settlement {
  switch (result?.kind) {
    case 'published':
      return { kind: 'done' };
    case 'rejected':
      return { kind: 'dead', reason: result.reason };
    case 'failed':
      return isTopics(result) ? { kind: 'defer' } : { kind: 'return' };
    case 'refused':
      return isFailing && result.because !== 'open' ? { kind: 'defer' } : { kind: 'return' };
    case undefined:
      return { kind: 'return' };
  }
}
