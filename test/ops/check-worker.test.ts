import { expect, test } from 'bun:test';
import { WORKER_BEAT } from '../../src/fleet/worker-presence.ts';
import { checkWorker } from '../../src/ops/check-worker.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';

async function check(backfill: 'inline' | 'off', { waiting = 0, runs = false, away = false }) {
  const store = new FaultyStore();
  store.contents.append(Array.from({ length: waiting }, (_, index) => `${index}`));
  if (runs) await store.sharedState.post(WORKER_BEAT, 'running', 30_000);
  if (away) store.fault = { kind: 'failed', reason: 'gone' };
  return (await checkWorker(store, backfill)).map(({ level, text }) => `${level} ${text}`);
}

test('a backlog that nobody drains is broken where the API does not drain', async () => {
  expect(await check('off', { waiting: 3 })).toEqual([
    'broken 3 messages wait and no backfill worker runs: start one (spillway backfill), or set BACKFILL=inline',
  ]);
});

test('it is a warning where the API drains once it runs', async () => {
  expect(await check('inline', { waiting: 3 })).toEqual([
    'warning 3 messages wait and nothing drains them now: start the service',
  ]);
});

test('no worker is a warning with BACKFILL=off, and nothing to tell without', async () => {
  expect(await check('off', {})).toEqual([
    'warning No backfill worker runs, so what is parked would wait: start one (spillway backfill), or set BACKFILL=inline',
  ]);
  expect(await check('inline', {})).toEqual([]);
});

test('a worker that runs is well, whatever waits', async () => {
  expect(await check('off', { runs: true, waiting: 3 })).toEqual(['ok A backfill worker runs']);
});

test('a store that does not answer is told by the check of Redis, not here', async () => {
  expect(await check('off', { away: true })).toEqual([]);
});
