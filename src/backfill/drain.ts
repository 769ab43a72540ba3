import { FailingTopics } from './failing-topics.ts';
import { inOrderPublisher, inOrderVerdict } from './in-order.ts';
import { ALONE_AFTER, LONGEST_LEASE_MS } from './poison.ts';
import { Lease } from './lease.ts';
import { type PublishBatchDeps, publishBatch, UNTRIED } from './publish-batch.ts';
import { pause } from '../ports/clock.ts';
import type { FallbackList, Settlement } from '../ports/fallback-list.ts';

export interface DrainDeps extends Omit<PublishBatchDeps, 'backoff' | 'maxCount'> {
  readonly list: FallbackList;
  /** The most that a publish may take, in milliseconds. */
  readonly publishTimeoutMs: number;
}

/**
 * `progress`: entries have left the list and more may wait. `passed`: none has, and others may wait behind
 * those of failing topics. `pause`: another try at once has no use.
 */
export type Drained = 'progress' | 'passed' | 'pause';

const SETTLE_PAUSE_MS = 200;

/**
 * Publishes one batch of up to `maxCount` parked messages: claim, publish, settle. Never throws.
 * Whatever happens in between, an entry leaves the list only after Kafka has acknowledged it.
 * Once `stopping` is aborted it no longer waits for a store that is away.
 */
export async function drainBatch(
  deps: DrainDeps,
  stopping: AbortSignal,
  maxCount: number,
  topics = new FailingTopics(deps),
): Promise<Drained> {
  const { list, clock, publishTimeoutMs } = deps;
  const began = clock.now();
  // Long enough to settle through a short outage of the store, and renewed while Kafka is slow: so it
  // can be short, and a dead worker's entries come back soon.
  const leaseMs = Math.min(2 * publishTimeoutMs + 4000, LONGEST_LEASE_MS);
  const batch = crypto.randomUUID();
  const lease = new Lease(deps, batch, leaseMs);
  const claim = {
    batch,
    ...topics.claimLimits(maxCount),
    leaseMs,
    aloneAfter: ALONE_AFTER,
    exclusive: deps.ordered,
  };
  let reply = await list.claim(claim);
  // The entries may have been claimed and the answer lost: the same batch name finds them again.
  if (reply.kind === 'failed') reply = await list.claim(claim);
  if (reply.kind !== 'done' || reply.value.length === 0) return 'pause';
  // After a long pause of the process another worker may hold these entries by now.
  if (lease.left < leaseMs / 2) return 'pause';
  const mayGoOn = () => lease.left > 0 && !stopping.aborted;
  const publisher = deps.ordered ? inOrderPublisher(deps.publisher, mayGoOn) : deps.publisher;
  const { backoff } = topics;
  const settled = await lease.during(publishBatch(reply.value, { ...deps, publisher, backoff, maxCount }));
  const verdicts = settled.map(({ verdict, message }) =>
    deps.ordered ? inOrderVerdict(verdict, message) : verdict,
  );
  await settle(batch, verdicts, (tries) => lease.left > 0 && !(tries > 0 && stopping.aborted), deps);
  const left = verdicts.filter(({ kind }) => kind === 'done' || kind === 'dead').length;
  if (left > 0) deps.log.debug('Backfill batch published', { entries: verdicts.length, left });
  const deferred = settled.flatMap(({ verdict, message }) =>
    verdict.kind === 'defer' && message ? [message.topic] : [],
  );
  await topics.endBatch({ began, wanted: claim.maxCount, claimed: verdicts.length, deferred, left });
  if (left > 0) return 'progress';
  return settled.every(({ verdict }) => verdict.kind === 'defer' || verdict === UNTRIED) ? 'passed' : 'pause';
}

/** Retries until the lease ends: a batch that is published and not settled is published a second time. */
async function settle(
  batch: string,
  verdicts: readonly Settlement[],
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
