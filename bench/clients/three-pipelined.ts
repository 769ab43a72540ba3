import { Redis } from 'ioredis';
import { threeCommands } from '../admissions.ts';
import type { Connect } from '../client.ts';

/** ioredis, which sends the commands of one turn of the event loop together. */
export const connect: Connect = ({ redisUrl }) =>
  Promise.resolve(threeCommands(new Redis(redisUrl, { enableAutoPipelining: true })));
