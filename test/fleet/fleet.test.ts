import { expect, test } from 'bun:test';
import { Fleet } from '../../src/fleet/fleet.ts';
import { OperatorModes } from '../../src/fleet/operator-modes.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { FakeLog } from '../support/fakes/fake-log.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';

const DAY_MS = 86_400_000;

function setup() {
  const clock = new FakeClock();
  const store = new FaultyStore(clock);
  const { sharedState } = store;
  const log = new FakeLog();
  const heard: string[] = [];
  const circuit = { force: (mode: string) => void heard.push(mode) };
  const modes = new OperatorModes({
    circuits: { kafka: circuit, redis: circuit },
    sharedState,
    onOrder() {},
  });
  const workers = { learn() {}, loseSight() {} };
  return {
    sharedState,
    clock,
    log,
    heard,
    modes,
    fleet: new Fleet({ sharedState, clock, log, modes, workers, outage: undefined }),
  };
}

test('an order that is given while the shared state is being read is not undone by what was read', async () => {
  const { sharedState, heard, modes, fleet } = setup();
  const read = sharedState.read.bind(sharedState);
  const held = Promise.withResolvers<void>();
  sharedState.read = async (names) => {
    const reply = await read(names);
    await held.promise;
    return reply;
  };
  const started = fleet.start();
  await modes.give('kafka', { mode: 'forced-open', by: 'ana', reason: 'x', at: 1 });
  held.resolve();
  await started;
  fleet.stop();
  expect(heard).toEqual(['forced-open']);
});

test('it looks again and again until it is stopped', async () => {
  const { sharedState, clock, heard, fleet } = setup();
  await fleet.start();
  await sharedState.post('forced:kafka', JSON.stringify(['forced-closed', 'ana', 'x', 1]), DAY_MS);
  await clock.advance(5000);
  expect(heard).toEqual(['forced-closed']);
  fleet.stop();
  await sharedState.remove('forced:kafka');
  await clock.advance(60_000);
  expect(heard).toEqual(['forced-closed']);
});

test('it goes on looking whatever goes wrong with what it has read', async () => {
  const { sharedState, clock, log, heard, modes, fleet } = setup();
  modes.learn = () => Promise.reject(new Error('A bug'));
  await fleet.start();
  expect(log.lines).toEqual(['ERROR What stands on the board could not be understood']);
  Reflect.deleteProperty(modes, 'learn');
  await sharedState.post('forced:kafka', JSON.stringify(['forced-closed', 'ana', 'x', 1]), DAY_MS);
  await clock.advance(5000);
  expect(heard).toEqual(['forced-closed']);
  fleet.stop();
});

test('who has no timers is told when to look: before anything else, and whenever the last look is old', async () => {
  const { clock, fleet } = setup();
  expect(fleet.needsLook).toBe('first');
  await fleet.look();
  expect(fleet.needsLook).toBe('no');
  await clock.advance(4999);
  expect(fleet.needsLook).toBe('no');
  await clock.advance(1);
  expect(fleet.needsLook).toBe('again');
  const look = fleet.look();
  expect(fleet.needsLook).toBe('no');
  await look;
});

test('until the first look has ended everyone makes one of their own', async () => {
  const { fleet } = setup();
  const first = fleet.look();
  expect(fleet.needsLook).toBe('first');
  await first;
  expect(fleet.needsLook).toBe('no');
});
