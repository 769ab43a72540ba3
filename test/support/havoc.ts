import type { Seat } from './crew.ts';
import type { Random } from './random.ts';
import type { RedisService } from './redis.ts';
import { until } from './wait.ts';

const LEASES = '{fallback:message_queue}:leases';
const LONGEST_WAIT_MS = 1000;

export interface Havoc {
  readonly redis: RedisService;
  /** By the clock of `performance.now()`: from then on all is calm. */
  readonly end: number;
  /** How long a worker holds what it has claimed, about. */
  readonly batchMs: number;
  /** Longer than any lease. */
  readonly stallMs: number;
}

/** Kills Redis again and again; answers how often. */
export async function breakRedis({ redis, end }: Havoc, random: Random): Promise<number> {
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
  havoc: Havoc,
  seat: Seat,
  random: Random,
  stallFirst: boolean,
): Promise<void> {
  for (let stall = stallFirst; await strike(havoc, random); stall = random.chance(0.1)) {
    await (stall ? seat.stall(havoc.stallMs + random.below(1500)) : seat.kill());
  }
}

/** Waits until someone holds entries, or not much longer, and then anything up to the time that a batch takes. */
async function strike({ redis, end, batchMs }: Havoc, random: Random): Promise<boolean> {
  await Bun.sleep(random.below(1000));
  const latest = Math.min(end, performance.now() + LONGEST_WAIT_MS);
  const isDue = async () => performance.now() > latest || (await redis.client().zcard(LEASES)) > 0;
  await until('entries are claimed', isDue, { everyMs: 1 });
  await Bun.sleep(random.below(batchMs));
  return performance.now() < end;
}
