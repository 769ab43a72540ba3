import { expect, test } from 'bun:test';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { Swarm } from './swarm.ts';

function setup(users: number, spawnRate: number, post = () => Promise.resolve()) {
  const clock = new FakeClock();
  let posted = 0;
  const swarm = new Swarm({
    clock,
    users,
    spawnRate,
    post() {
      posted++;
      return post();
    },
  });
  return { clock, swarm, posted: () => posted };
}

test('users begin at the spawn rate, until all are there', async () => {
  const { clock, swarm } = setup(25, 10);
  await clock.advance(950);
  expect(swarm.size).toBe(10);
  await clock.advance(1000);
  expect(swarm.size).toBe(20);
  await clock.advance(60_000);
  expect(swarm.size).toBe(25);
});

test('a rate below one a second, or faster than a timer, is kept', async () => {
  const slow = setup(2, 0.1);
  await slow.clock.advance(9900);
  expect(slow.swarm.size).toBe(1);
  await slow.clock.advance(600);
  expect(slow.swarm.size).toBe(2);
  const fast = setup(100_000, 5000);
  await fast.clock.advance(100.1);
  expect(fast.swarm.size).toBe(501);
});

test('a user waits for its answer, and then a little, before it posts again', async () => {
  const answers: (() => void)[] = [];
  const { clock, posted } = setup(1, 1, () => new Promise((resolve) => answers.push(resolve)));
  await clock.advance(60_000);
  expect(posted()).toBe(1);
  answers[0]?.();
  await clock.advance(99);
  expect(posted()).toBe(1);
  await clock.advance(401);
  expect(posted()).toBe(2);
});

test('a stop waits for what is on its way, and begins nothing', async () => {
  const answers: (() => void)[] = [];
  const { clock, swarm, posted } = setup(2, 10, () => new Promise((resolve) => answers.push(resolve)));
  await clock.advance(1000);
  let stopped = false;
  const stopping = swarm.stop().then(() => (stopped = true));
  await clock.advance(10_000);
  expect(stopped).toBe(false);
  for (const answer of answers) answer();
  await clock.advance(1000);
  await stopping;
  expect(posted()).toBe(2);
});
