import type { Message } from '../accept/message.ts';
import { fromEntry, parkedAtOf } from '../accept/parse.ts';
import { inOrderPublisher, inOrderVerdict } from './in-order.ts';
import { Lease } from './lease.ts';
import { type Clock, pause } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Publisher, PublishResult } from '../ports/publisher.ts';
import type { FallbackList, Verdict } from '../ports/fallback-list.ts';
import type { Receipt } from '../ports/receipts.ts';

export interface DrainDeps {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly list: FallbackList;
  readonly clock: Clock;
  readonly log: Log;
  /** What was parked longer ago becomes a dead letter. */
  readonly maxAgeMs: number;
  /** Hears what became of the parked messages; must not wait. */
  record: (receipt: Receipt) => void;
  /** The most that a publish may take, in milliseconds. */
  readonly publishTimeoutMs: number;
  /** Keeps the order of each key. */
  readonly ordered?: boolean;
}

/** Some entries have left the list and more may wait; or there is no use in trying again at once. */
export type Drained = 'progress' | 'pause';

/** Below the megabyte that a broker takes in one request by default. */
const MAX_BYTES = 900_000;
const LONGEST_LEASE_MS = 10_000;
const SETTLE_PAUSE_MS = 200;

/**
 * Publishes one batch of up to `maxCount` parked messages: claim, publish, settle. Never throws.
 * Whatever happens in between, an entry leaves the list only after Kafka has acknowledged it.
 * Once `stopping` is aborted it no longer waits for a store that is away.
 */
export async function drainBatch(deps: DrainDeps, stopping: AbortSignal, maxCount: number): Promise<Drained> {
  const { list, publishTimeoutMs } = deps;
  // Long enough to settle through a short absence of the store. It is renewed while Kafka takes its time,
  // so that what a dead worker held is not out of reach for longer.
  const leaseMs = Math.min(2 * publishTimeoutMs + 4000, LONGEST_LEASE_MS);
  const batch = crypto.randomUUID();
  const lease = new Lease(deps, batch, leaseMs);
  const claim = { batch, maxCount, maxBytes: MAX_BYTES, leaseMs, exclusive: deps.ordered };
  let reply = await list.claim(claim);
  // The entries may have been claimed and the answer lost: the same name asks for it again.
  if (reply.kind === 'failed') reply = await list.claim(claim);
  if (reply.kind !== 'done' || reply.value.length === 0) return 'pause';
  // After a long standstill someone else may hold these entries by now.
  if (lease.left < leaseMs / 2) return 'pause';
  const mayGoOn = () => lease.left > 0 && !stopping.aborted;
  const publisher = deps.ordered ? inOrderPublisher(deps.publisher, mayGoOn) : deps.publisher;
  const verdicts = await lease.during(judgeAll(reply.value, { ...deps, publisher }));
  await settle(batch, verdicts, (tries) => lease.left > 0 && !(tries > 0 && stopping.aborted), deps);
  const left = verdicts.filter(({ kind }) => kind === 'done' || kind === 'dead').length;
  if (left > 0) deps.log.debug('Backfill batch published', { entries: verdicts.length, left });
  return left > 0 ? 'progress' : 'pause';
}

/** One verdict for each entry: too old, or what becomes of it when it is published. */
async function judgeAll(entries: readonly string[], deps: DrainDeps): Promise<Verdict[]> {
  const oldest = deps.clock.wallTime() - deps.maxAgeMs;
  const isTooOld = (entry: string) => (parkedAtOf(entry) ?? Infinity) < oldest;
  const young = entries.filter((entry) => !isTooOld(entry));
  const verdicts = (await publishAll(young.map(fromEntry), deps)).values();
  const tooOld = entries.length - young.length;
  if (tooOld > 0)
    deps.log.error('Parked messages were too old to be published: kept as dead letters', { entries: tooOld });
  return entries.map((entry): Verdict => {
    if (!isTooOld(entry)) return verdicts.next().value ?? { kind: 'return' };
    const reason = tooOldReason(parkedAtOf(entry) ?? 0);
    const message = fromEntry(entry);
    if (message) deps.record({ id: message.id, status: 'dead', topic: message.topic, reason });
    const verdict: Verdict = { kind: 'dead', reason };
    return deps.ordered ? inOrderVerdict(verdict, message) : verdict;
  });
}

/** The time may be anything that somebody wrote into an entry. */
function tooOldReason(parkedAt: number): string {
  return `Older than FALLBACK_MAX_AGE_SECONDS allows: parked at ${new Date(parkedAt).toISOString()}`;
}

async function publishAll(messages: readonly (Message | undefined)[], deps: DrainDeps): Promise<Verdict[]> {
  const readable = messages.filter((message) => message !== undefined);
  const results = readable.length > 0 ? await deps.publisher.publish(readable) : [];
  for (const [index, message] of readable.entries()) {
    const receipt = toReceipt(message, results[index]);
    if (receipt) deps.record(receipt);
  }
  const verdicts = new Map(readable.map((message, index) => [message, toVerdict(results[index])]));
  return messages.map((message) => {
    const verdict: Verdict = message
      ? (verdicts.get(message) ?? { kind: 'return' })
      : { kind: 'dead', reason: 'The entry is not a message' };
    if (verdict.kind === 'dead') {
      deps.log.error('A parked message can never be published: kept as a dead letter', {
        id: message?.id,
        reason: verdict.reason,
      });
    }
    return deps.ordered ? inOrderVerdict(verdict, message) : verdict;
  });
}

/** Undefined where the message goes on waiting. */
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

function toVerdict(result: PublishResult | undefined): Verdict {
  switch (result?.kind) {
    case 'published':
      return { kind: 'done' };
    case 'rejected':
      return { kind: 'dead', reason: result.reason };
    case 'failed':
      return result.blame === 'topic' ? { kind: 'defer' } : { kind: 'return' };
    case 'refused':
    case undefined:
      return { kind: 'return' };
  }
}

/** Tries again and again: what is published and not settled is published a second time. */
async function settle(
  batch: string,
  verdicts: readonly Verdict[],
  mayTry: (tries: number) => boolean,
  { list, clock, log }: DrainDeps,
): Promise<void> {
  for (let tries = 0; mayTry(tries); tries++) {
    const reply = await list.settle(batch, verdicts);
    if (reply.kind === 'done') {
      // A second try may find the work of the first one done.
      if (!reply.value && tries === 0)
        log.warning('Backfill lost its lease: a batch may be published twice', { batch });
      return;
    }
    await pause(clock, SETTLE_PAUSE_MS);
  }
  log.warning('Backfill could not settle a batch: it may be published twice', { batch });
}
