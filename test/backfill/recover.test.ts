import { describe, expect, test } from 'bun:test';
import { recover } from '../../src/backfill/recover.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';

function setup({ batches = 0, closesAtTrial = 1, retryInMs = 0 } = {}) {
  const clock = new FakeClock();
  const done: string[] = [];
  let left = batches;
  let trials = 0;
  const circuit = {
    state: 'open' as 'closed' | 'open' | 'half-open',
    retryInMs,
    tryDue() {
      done.push(`trial at ${clock.now()}`);
      if (++trials >= closesAtTrial) circuit.state = 'closed';
      circuit.retryInMs = 60_000;
      return Promise.resolve();
    },
  };
  const worker = {
    async turn() {
      await clock.advance(10);
      done.push('batch');
      return left-- > 1 ? ('progress' as const) : ('pause' as const);
    },
  };
  return { clock, circuit, done, deps: { circuit, worker, clock } };
}

describe('recover', () => {
  test('makes the trial that is due, and drains until there is nothing more to do', async () => {
    const { done, deps } = setup({ batches: 3 });
    await recover(deps, { forMs: 25_000 });
    expect(done).toEqual(['trial at 0', 'batch', 'batch', 'batch']);
  });

  test('waits for a trial that is due in time', async () => {
    const { clock, done, deps } = setup({ retryInMs: 10_000 });
    const ended = recover(deps, { forMs: 25_000 });
    await clock.advance(9999);
    expect(done).toEqual([]);
    await clock.advance(1);
    await ended;
    expect(done).toEqual(['trial at 10000', 'batch']);
  });

  test('leaves a trial that is not due in time to the next event, without waiting', async () => {
    const { done, deps } = setup({ retryInMs: 30_000 });
    await recover(deps, { forMs: 25_000 });
    expect(done).toEqual([]);
  });

  test('ends where the trial fails', async () => {
    const { done, deps } = setup({ closesAtTrial: 2 });
    await recover(deps, { forMs: 25_000 });
    expect(done).toEqual(['trial at 0']);
  });

  test('begins nothing after its time, however much waits', async () => {
    const { done, deps } = setup({ batches: 1000 });
    await recover(deps, { forMs: 100 });
    expect(done.filter((what) => what === 'batch')).toHaveLength(10);
  });

  test('drains no more batches than it may', async () => {
    const { done, deps } = setup({ batches: 1000 });
    const batches = () => done.filter((what) => what === 'batch');
    await recover(deps, { forMs: 25_000, mayGoOn: () => batches().length < 3 });
    expect(batches()).toHaveLength(3);
  });

  test('begins nothing that it may not, though it had to wait for it', async () => {
    const { clock, done, deps } = setup({ retryInMs: 10_000 });
    let mayGoOn = true;
    const ended = recover(deps, { forMs: 25_000, mayGoOn: () => mayGoOn });
    await clock.advance(5000);
    mayGoOn = false;
    await clock.advance(5000);
    await ended;
    expect(done).toEqual([]);
  });

  test('does not spin over trials that say nothing', async () => {
    const { clock, circuit, done, deps } = setup();
    circuit.tryDue = () => Promise.resolve(void done.push('trial'));
    const ended = recover(deps, { forMs: 1000 });
    await clock.advance(1000);
    await ended;
    expect(done).toHaveLength(10);
  });

  test('waits for the end of a trial that a message makes', async () => {
    const { clock, circuit, done, deps } = setup();
    circuit.state = 'half-open';
    circuit.tryDue = () => Promise.resolve();
    const ended = recover(deps, { forMs: 25_000 });
    await clock.advance(250);
    circuit.state = 'closed';
    await clock.advance(100);
    await ended;
    expect(done).toEqual(['batch']);
  });
});
