import type { Redis } from 'ioredis';

/**
 * Leaves a Redis in the state in which its clock would leave it if it were set back by `ms`: every time that is
 * stored is so much later. A negative number sets it forward.
 */
export async function setRedisClockBack(client: Redis, ms: number): Promise<void> {
  for (const key of await client.keys('*')) {
    const ttlMs = await client.pttl(key);
    if (key.startsWith('spillway:limit:')) {
      const arrivalUs = Number(await client.get(key));
      await client.set(key, String(arrivalUs + ms * 1000), 'KEEPTTL');
    }
    if (ttlMs > 0) await client.pexpire(key, Math.max(1, ttlMs + ms));
    if (key.endsWith(':leases'))
      for (const batch of await client.zrange(key, '0', '-1')) await client.zincrby(key, ms, batch);
  }
}
