import type { Random } from '../support/fakes/seeded-random.ts';
import { until } from '../support/process/wait.ts';
import type { RedisService } from '../support/redis/service.ts';
import type { RestartableWorker } from './restartable-worker.ts';

const LEASES = '{fallback:message_queue}:leases';
const LONGEST_WAIT_MS = 1000;

/** How long faults are injected, and into which Redis. */
export interface FaultPlan {
  readonly redis: RedisService;
  /** The last moment of a fault, by the clock of `performance.now()`. */
  readonly end: number;
  /** How long a worker holds what it has claimed, about. */
  readonly batchMs: number;
  /** Longer than any lease. */
  readonly stallMs: number;
}

/** Kills Redis again and again; answers how often. */
export async function breakRedis({ redis, end }: FaultPlan, random: Random): Promise<number> {
  let kills = 0;
  for (; performance.now() < end; kills++) {
    await Bun.sleep(300 + random.below(1200));
    await redis.kill();
    await Bun.sleep(random.below(300));
    await redis.start();
  }
  return kills;
}

/** Kills a worker again and again, and lets it stand still now and then; also as the first thing, if asked to. */
export async function breakWorker(
  plan: FaultPlan,
  worker: RestartableWorker,
  random: Random,
  stallFirst: boolean,
): Promise<void> {
  for (let stall = stallFirst; await nextFault(plan, random); stall = random.chance(0.1)) {
    await (stall ? worker.stall(plan.stallMs + random.below(1500)) : worker.kill());
  }
}

/**
 * Waits for the moment of the next fault: while entries are claimed, at any point of the time that a batch takes.
 * Answers whether the plan still wants one.
 */
async function nextFault({ redis, end, batchMs }: FaultPlan, random: Random): Promise<boolean> {
  await Bun.sleep(random.below(1000));
  const latest = Math.min(end, performance.now() + LONGEST_WAIT_MS);
  const isDue = async () => performance.now() > latest || (await redis.client().zcard(LEASES)) > 0;
  await until('entries are claimed', isDue, { everyMs: 1 });
  await Bun.sleep(random.below(batchMs));
  return performance.now() < end;
}
