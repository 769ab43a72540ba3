import { describe, expect, test } from 'bun:test';
import { pause, within } from '../../src/ports/clock.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';

/** Begins a pause, and says when it has ended. */
function begin(ms: number, signal?: AbortSignal) {
  const clock = new FakeClock();
  const it = { clock, hasEnded: false };
  void pause(clock, ms, signal).then(() => (it.hasEnded = true));
  return it;
}

describe('a pause', () => {
  test('ends when its time is up, and not before', async () => {
    const it = begin(100);
    await it.clock.advance(99);
    expect(it.hasEnded).toBe(false);
    await it.clock.advance(1);
    expect(it.hasEnded).toBe(true);
  });

  test('ends at once when its signal aborts', async () => {
    const stopping = new AbortController();
    const it = begin(100, stopping.signal);
    await it.clock.advance(1);
    expect(it.hasEnded).toBe(false);
    stopping.abort();
    await it.clock.advance(0);
    expect(it.hasEnded).toBe(true);
  });

  test('does not begin where its signal has aborted', async () => {
    const it = begin(100, AbortSignal.abort());
    await it.clock.advance(0);
    expect(it.hasEnded).toBe(true);
  });
});

describe('a deadline', () => {
  test('gives the value of work that is done in time, and leaves no timer behind', async () => {
    const clock = new FakeClock();
    expect(await within(clock, 100, Promise.resolve('done'), () => 'late')).toBe('done');
    expect(clock.timers).toBe(0);
  });

  test('gives the late value when its time is up, and drops what the work throws after that', async () => {
    const clock = new FakeClock();
    const work = Promise.withResolvers<string>();
    const answer = within(clock, 100, work.promise, () => 'late');
    await clock.advance(100);
    expect(await answer).toBe('late');
    work.reject(new Error('Too late'));
    await clock.advance(0);
  });

  test('throws what the work throws in time', async () => {
    const clock = new FakeClock();
    const answer = within(clock, 100, Promise.reject(new Error('Broken')), () => 'late');
    expect(await answer.catch(String)).toBe('Error: Broken');
    expect(clock.timers).toBe(0);
  });
});
