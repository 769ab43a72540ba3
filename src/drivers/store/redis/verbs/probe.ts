import type { Probe } from '../../../../ports/probe.ts';
import type { Attempt } from './attempt.ts';
import { NOWHERE } from '../scripts/keys.ts';

/** Names of the errors that carry a reply of Redis: ioredis's and that of the REST driver. */
const REFUSALS = new Set(['ReplyError', 'Refusal']);

/**
 * Write probe of so many bytes: a full or read-only Redis answers PING, but refuses a write, and one that is
 * nearly full refuses a large one. Redis's refusal is handed to `onRefusal`.
 */
export async function probeRedis(
  attempt: Attempt,
  bytes: number,
  onRefusal: (refusal: string) => void = () => {},
): Promise<Probe> {
  const reply = await attempt(async (send) => {
    try {
      await send('LPUSHX', NOWHERE, 'x'.repeat(bytes));
    } catch (error) {
      if (error instanceof Error && REFUSALS.has(error.name)) onRefusal(error.message);
      throw error;
    }
  });
  return reply.kind === 'failed' ? { kind: 'down', reason: reply.reason } : { kind: 'up' };
}
