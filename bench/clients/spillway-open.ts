import { Redis } from 'ioredis';
import { QUEUE } from '../../src/drivers/store/redis/scripts/keys.ts';
import type { Connect } from '../client.ts';
import { start, TOKEN } from './spillway.ts';

/** The service with an open Kafka circuit: all messages go to the list. */
export const connect: Connect = async (services) => {
  // An order is shared by all that use the same database.
  const redisUrl = `${services.redisUrl}/1`;
  const redis = new Redis(redisUrl);
  const client = await start(
    { ...services, redisUrl },
    // The process stands still while others are measured: what times out then is not Redis's fault.
    { BACKFILL: 'off', REDIS_BREAKER_FAIL_MAX: '1000000' },
  );
  const answer = await fetch(`${client.url}/admin/circuits/kafka`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ mode: 'forced-open', by: 'bench', reason: 'bench' }),
  });
  if (!answer.ok) throw new Error(`Not opened: ${answer.status}`);
  return {
    ...client,
    async clear() {
      await redis.unlink(QUEUE);
    },
  };
};
