import { WORKER_BEAT } from '../fleet/worker-presence.ts';
import type { Store } from '../ports/store.ts';
import type { Finding } from './checkup.ts';

const START_ONE = 'start one (spillway backfill), or set BACKFILL=inline';

/** Checks that a worker runs where one is needed, and that no backlog waits without one. */
export async function checkWorker(
  { sharedState, list }: Pick<Store, 'sharedState' | 'list'>,
  backfill: 'inline' | 'off',
): Promise<Finding[]> {
  const [beats, backlog] = await Promise.all([sharedState.read([WORKER_BEAT]), list.backlog()]);
  // The check of Redis has told.
  if (beats.kind !== 'done' || backlog.kind !== 'done') return [];
  const { waiting } = backlog.value;
  if (beats.value[0] !== undefined) return finding('ok', 'A backfill worker runs');
  if (backfill === 'inline')
    return waiting > 0
      ? finding('warning', `${waiting} messages wait and nothing drains them now: start the service`)
      : [];
  return waiting > 0
    ? finding('broken', `${waiting} messages wait and no backfill worker runs: ${START_ONE}`)
    : finding('warning', `No backfill worker runs, so what is parked would wait: ${START_ONE}`);
}

function finding(level: Finding['level'], text: string): Finding[] {
  return [{ level, part: 'backfill', text }];
}
