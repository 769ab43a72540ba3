import type { Connect } from '../client.ts';
import { connectWorker } from './worker.ts';

/** The worker where the order of keys is kept; each message of a batch has a key of its own. */
export const connect: Connect = (services) => connectWorker(services, { ordered: true });
