import { Redis } from 'ioredis';
import { threeCommands } from '../admissions.ts';
import type { Connect } from '../client.ts';

/** ioredis as it comes. */
export const connect: Connect = ({ redisUrl }) => Promise.resolve(threeCommands(new Redis(redisUrl)));
