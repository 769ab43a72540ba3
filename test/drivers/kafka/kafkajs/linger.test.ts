import { expect, test } from 'bun:test';
import { Linger } from '../../../../src/drivers/kafka/kafkajs/linger.ts';
import { FakeClock } from '../../../support/fakes/fake-clock.ts';

/** A batch of `count` has just ended, after `ms`. */
async function setup(count: number, waiting: number, ms: number) {
  const clock = new FakeClock();
  const linger = new Linger(clock);
  const since = clock.now();
  await clock.advance(ms);
  linger.ended(count, waiting, since);
  let isOver = false;
  const wait = linger.wait(waiting);
  void wait?.then(() => (isOver = true));
  return { clock, linger, waits: wait !== undefined, isOver: () => isOver };
}

test('the callers of the last batch are waited for until all of them are back', async () => {
  const { clock, linger, isOver } = await setup(3, 1, 10);
  linger.added(3);
  await clock.advance(0);
  expect(isOver()).toBe(false);
  linger.added(4);
  await clock.advance(0);
  expect(isOver()).toBe(true);
});

test.each([
  [10, 1],
  [1, 0.5],
])('after a request of %i ms callers that do not come back cost %f ms', async (took, costs) => {
  const { clock, isOver } = await setup(3, 0, took);
  await clock.advance(costs - 0.1);
  expect(isOver()).toBe(false);
  await clock.advance(0.1);
  expect(isOver()).toBe(true);
});

test('after a lone record there is no wait', async () => {
  expect((await setup(1, 0, 10)).waits).toBe(false);
  expect((await setup(1, 5, 10)).waits).toBe(false);
});

test('the wait begins with the end of the batch: later records are sent at once', async () => {
  const { clock, linger } = await setup(3, 0, 10);
  await clock.advance(1);
  expect(linger.wait(1)).toBeUndefined();
});
