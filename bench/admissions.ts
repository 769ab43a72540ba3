import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Client } from './client.ts';

/** So many clients take turns. */
export const CLIENTS = 100;
export const LIMIT = 1_000_000;
export const WINDOW_MS = 1000;
/** Short, so that what is marked does not pile up. */
export const HOLD_MS = 1000;

export const makeId = () => randomUUID();

/** A limit of a fixed window and a mark by the plain commands, as it is often written. */
export function threeCommands(redis: Redis): Client {
  return {
    async one(n) {
      const key = `bench:limit:client-${n % CLIENTS}`;
      const count = await redis.incr(key);
      await redis.pexpire(key, WINDOW_MS, 'NX');
      const isNew = await redis.set(`bench:message:${makeId()}`, makeId(), 'PX', HOLD_MS, 'NX');
      if (count > LIMIT || isNew === null) throw new Error('Not admitted');
    },
  };
}
