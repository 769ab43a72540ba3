import type { Connect } from '../client.ts';
import { connectWorker } from './worker.ts';

/** The worker where the order of keys is kept, and all messages have the same. */
export const connect: Connect = (services) => connectWorker(services, { ordered: true, key: 'hot' });
