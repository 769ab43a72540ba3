import { RedisStore } from '../../src/drivers/store/redis/native/store.ts';
import type { Connect } from '../client.ts';
import { CLIENTS, HOLD_MS, LIMIT, makeId, WINDOW_MS } from '../admissions.ts';

/** Spillway's own gate: a client's limit and a message's id. */
export const connect: Connect = ({ redisUrl }) => {
  const { gate } = new RedisStore(redisUrl);
  return Promise.resolve({
    async one(n) {
      const limit = { client: `client-${n % CLIENTS}`, max: LIMIT, windowMs: WINDOW_MS };
      const reply = await gate.admit([{ limit, hold: { id: makeId(), nonce: makeId(), ms: HOLD_MS } }]);
      if (reply.kind !== 'done' || reply.value[0]?.kind !== 'admitted') throw new Error('Not admitted');
    },
  });
};
