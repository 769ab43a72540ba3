import { describe, expect, test } from 'bun:test';
import { OperatorModes, type CircuitOverride } from '../../src/fleet/operator-modes.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';

const OPEN: CircuitOverride = {
  mode: 'forced-open',
  by: 'ana',
  reason: 'maintenance',
  at: 1_764_671_400_000,
};
const CLOSED: CircuitOverride = { ...OPEN, mode: 'forced-closed', at: OPEN.at + 1 };
const AUTO: CircuitOverride = { ...OPEN, mode: 'auto', at: OPEN.at + 2 };

function setup() {
  const store = new FaultyStore();
  const { sharedState } = store;
  const start = () => {
    const heard: string[] = [];
    const circuit = (name: string) => ({ force: (mode: string) => void heard.push(`${name} ${mode}`) });
    const orders: [string, CircuitOverride][] = [];
    const modes = new OperatorModes({
      circuits: { kafka: circuit('kafka'), redis: circuit('redis') },
      sharedState,
      onOrder: (name, order) => void orders.push([name, order]),
    });
    const look = async () => {
      const reply = await sharedState.read(modes.names);
      if (reply.kind === 'done') await modes.learn(reply.value);
    };
    return { modes, heard, orders, look };
  };
  return { sharedState, store, start };
}

describe('an order of an operator', () => {
  test('is obeyed at once by the process that is told, and by the others when they look', async () => {
    const { start } = setup();
    const [one, other] = [start(), start()];
    expect(await one.modes.give('kafka', OPEN)).toBe('shared');
    expect(one.heard).toEqual(['kafka forced-open']);
    await other.look();
    expect(other.heard).toEqual(['kafka forced-open']);
    expect(other.orders).toEqual([['kafka', OPEN]]);
    await other.modes.give('kafka', AUTO);
    await one.look();
    expect(one.heard).toEqual(['kafka forced-open', 'kafka auto']);
    expect(one.orders.at(-1)).toEqual(['kafka', AUTO]);
  });

  test('survives a restart', async () => {
    const { start } = setup();
    await start().modes.give('redis', CLOSED);
    const restarted = start();
    await restarted.look();
    expect(restarted.modes.orders).toEqual({ kafka: undefined, redis: CLOSED });
  });

  test('is heard once, however often one looks', async () => {
    const { start } = setup();
    const one = start();
    await one.modes.give('kafka', OPEN);
    for (let count = 0; count < 3; count++) await one.look();
    expect(one.orders).toHaveLength(1);
  });

  test('that the store could not take holds here, and elsewhere once the store is back', async () => {
    const { start, store } = setup();
    const [one, other] = [start(), start()];
    await other.modes.give('kafka', { ...CLOSED, at: OPEN.at - 1 });
    store.fault = { kind: 'failed', reason: 'gone' };
    expect(await one.modes.give('kafka', OPEN)).toBe('here-only');
    await one.look();
    expect(one.modes.orders.kafka).toEqual(OPEN);
    store.fault = undefined;
    await one.look();
    await other.look();
    expect(one.modes.orders.kafka).toEqual(OPEN);
    expect(other.modes.orders.kafka).toEqual(OPEN);
  });

  test('that the store could not take gives way to a later one', async () => {
    const { start, store } = setup();
    const [one, other] = [start(), start()];
    store.fault = { kind: 'failed', reason: 'gone' };
    await one.modes.give('kafka', OPEN);
    store.fault = undefined;
    await other.modes.give('kafka', AUTO);
    for (const { look } of [one, other, one]) await look();
    expect([one.modes.orders.kafka, other.modes.orders.kafka]).toEqual([undefined, undefined]);
    expect(one.heard).toEqual(['kafka forced-open', 'kafka auto']);
  });

  test.each([
    '',
    'x',
    '[]',
    '["open"]',
    '{"mode":"forced-open"}',
    '["forced-open","ana","no time"]',
    '["forced-open","ana","no such time",1e99]',
  ])('is not made of %p, whoever wrote that on the board', async (text) => {
    const { start, sharedState } = setup();
    await sharedState.post('forced:kafka', text, 60_000);
    const one = start();
    await one.look();
    expect(one.heard).toEqual([]);
  });
});
