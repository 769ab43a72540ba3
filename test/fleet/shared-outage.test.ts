import { describe, expect, test } from 'bun:test';
import type { CircuitState } from '../../src/breakers/circuit.ts';
import { SharedOutage } from '../../src/fleet/shared-outage.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';

/** A process whose circuit does what it is told, and what was done to it. */
function start({ sharedState }: FaultyStore, clock = new FakeClock()) {
  const done: string[] = [];
  const circuit = {
    state: 'closed' as CircuitState,
    mode: 'auto' as 'auto' | 'forced-open',
    openOnNews() {
      done.push('opened on news');
      become('open', 'news');
    },
    tryNow: () => void done.push('tried'),
  };
  const outage = new SharedOutage({ circuit, sharedState, clock });
  function become(state: CircuitState, by: 'calls' | 'operator' | 'news' = 'calls'): void {
    circuit.state = state;
    outage.changed({ state, by });
  }
  const look = async () => {
    const reply = await sharedState.read([outage.name]);
    if (reply.kind === 'done') outage.learn(reply.value[0]);
  };
  return { done, circuit, clock, become, look };
}

function fleet() {
  const store = new FaultyStore();
  const processes = [start(store), start(store), start(store)] as const;
  const allLook = async () => {
    for (const { look } of processes) await look();
  };
  return { store, processes, allLook };
}

describe('an outage that one process sees', () => {
  test('opens the others at their next look, once', async () => {
    const { processes, allLook } = fleet();
    processes[0].become('open');
    await allLook();
    await allLook();
    expect(processes.map(({ done }) => done)).toEqual([[], ['opened on news'], ['opened on news']]);
  });

  test('begins open who starts in it', async () => {
    const { store, processes } = fleet();
    processes[0].become('open');
    const late = start(store);
    await late.look();
    expect(late.circuit.state).toBe('open');
  });

  test('ends for who told of it and has not looked since: it is not told again', async () => {
    const { store, processes } = fleet();
    processes[0].become('open');
    await processes[1].look();
    processes[1].become('closed');
    await processes[0].look();
    expect([processes[0].done, store.contents.texts.size]).toEqual([['tried'], 0]);
  });

  test('ends for all when a trial of one succeeds: the others try at once', async () => {
    const { store, processes, allLook } = fleet();
    processes[0].become('open');
    await allLook();
    processes[1].become('half-open');
    processes[1].become('closed');
    expect(store.contents.texts.size).toBe(0);
    await allLook();
    expect(processes.map(({ done }) => done.at(-1))).toEqual(['tried', 'opened on news', 'tried']);
    for (const { become } of [processes[0], processes[2]]) become('closed');
    await allLook();
    expect(processes.map(({ circuit }) => circuit.state)).toEqual(['closed', 'closed', 'closed']);
  });

  test('is told anew when Kafka fails again later', async () => {
    const { processes, allLook } = fleet();
    processes[0].become('open');
    await allLook();
    for (const { become } of processes) become('closed');
    await allLook();
    processes[2].become('open');
    await allLook();
    expect(processes.map(({ circuit }) => circuit.state)).toEqual(['open', 'open', 'open']);
  });

  test('that is its alone opens the others once, and not again and again', async () => {
    const { processes, allLook } = fleet();
    const [broken, one, other] = processes;
    broken.become('open');
    await allLook();
    one.become('closed');
    await allLook();
    other.become('closed');
    for (let trials = 0; trials < 3; trials++) {
      broken.become('half-open');
      broken.become('open');
      await allLook();
    }
    expect(processes.map(({ circuit }) => circuit.state)).toEqual(['open', 'closed', 'closed']);
    for (let times = 0; times < 3; times++) {
      broken.become('closed');
      broken.become('open');
      await allLook();
    }
    expect(one.circuit.state).toBe('closed');
    await broken.clock.advance(600_000);
    broken.become('half-open');
    broken.become('open');
    await allLook();
    expect(one.circuit.state).toBe('open');
  });

  test('is told by two at the same time, and ends for both', async () => {
    const { processes, allLook } = fleet();
    processes[0].become('open');
    processes[1].become('open');
    await allLook();
    processes[2].become('closed');
    await allLook();
    expect(processes.map(({ done }) => done.at(-1))).toEqual(['tried', 'tried', 'opened on news']);
  });

  test('is told as soon as the store is back, where it was away', async () => {
    const store = new FaultyStore();
    store.fault = { kind: 'failed', reason: 'gone' };
    const [one, other] = [start(store), start(store)];
    one.become('open');
    for (const { look } of [one, other]) await look();
    expect([one.done, other.done]).toEqual([[], []]);
    store.fault = undefined;
    for (const { look } of [one, other, one, other]) await look();
    expect([one.done, other.done]).toEqual([[], ['opened on news']]);
  });

  test('is not told of a circuit that waits for its trial after an operator gave it back', async () => {
    const { store, processes } = fleet();
    processes[0].become('open', 'operator');
    expect(store.contents.texts.size).toBe(0);
    processes[0].become('half-open');
    processes[0].become('open');
    expect(store.contents.texts.size).toBe(1);
  });

  test('is left by one that was in it before it was told, and is not entered again', async () => {
    const { processes, allLook } = fleet();
    const [quiet, teller] = processes;
    quiet.become('open');
    quiet.become('closed');
    quiet.become('open');
    teller.become('open');
    await allLook();
    quiet.become('closed');
    await allLook();
    expect(quiet.done).not.toContain('opened on news');
  });

  test('is kept in the shared state for as long as anyone is in it', async () => {
    const { store, processes, allLook } = fleet();
    processes[0].become('open');
    for (let looks = 0; looks < 9; looks++) await allLook();
    const before = store.callsTo('sharedState', 'prolong').length;
    expect(before).toBeGreaterThanOrEqual(2);
    for (const { clock } of processes) await clock.advance(6000);
    await allLook();
    expect(store.callsTo('sharedState', 'prolong').length).toBeGreaterThan(before);
  });

  test('is not told of a circuit that an operator forced open, and moves none', async () => {
    const { store, processes, allLook } = fleet();
    processes[0].circuit.mode = 'forced-open';
    processes[0].become('open');
    await allLook();
    expect(store.contents.texts.size).toBe(0);
    processes[1].become('open');
    processes[0].circuit.state = 'closed';
    await allLook();
    expect(processes[0].done).toEqual([]);
  });
});
