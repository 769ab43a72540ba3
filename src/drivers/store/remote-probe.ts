import type { Probe } from '../../ports/probe.ts';
import type { Attempt } from './attempt.ts';
import { NOWHERE } from './scripts/keys.ts';

/** A full or read-only Redis answers PING; only a write shows whether it would park. */
export async function probeRemote(attempt: Attempt): Promise<Probe> {
  const reply = await attempt((send) => send('LPUSHX', NOWHERE, ''));
  return reply.kind === 'failed' ? { kind: 'down', reason: reply.reason } : { kind: 'up' };
}
