import { describe, expect, test } from 'bun:test';
import { SMALLEST_BATCH } from '../../src/backfill/pace.ts';
import { Circuit } from '../../src/breakers/circuit.ts';
import { GuardedPublisher } from '../../src/breakers/guarded-publisher.ts';
import type { EarlyResult, InDoubt, PublishResult } from '../../src/ports/publisher.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakePublisher, KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { aMessage } from '../support/fakes/messages.ts';

const DEADLINE_MS = 3000;
const FAIL_MAX = 5;

/** A driver whose messages are in doubt at once; the test says what became of them. */
class SilentPublisher extends FakePublisher {
  readonly open: PromiseWithResolvers<PublishResult>[] = [];

  publishWithin(messages: readonly unknown[]): Promise<EarlyResult[]> {
    return Promise.resolve(
      messages.map((): InDoubt => {
        const settled = Promise.withResolvers<PublishResult>();
        this.open.push(settled);
        return { kind: 'in-doubt', settled: settled.promise };
      }),
    );
  }
}

function setup() {
  const clock = new FakeClock();
  const inner = new SilentPublisher();
  const settings = { failMax: FAIL_MAX, resetTimeoutMs: 30_000, timeoutDurationMs: 60_000 };
  let faults = 0;
  const circuit = new Circuit(settings, clock, { onFault: () => faults++ });
  const publisher = new GuardedPublisher({
    inner,
    circuit,
    clock,
    deadlineMs: DEADLINE_MS,
    silenceMs: DEADLINE_MS / (FAIL_MAX + 1),
    smallestBatch: SMALLEST_BATCH,
  });
  return { clock, inner, circuit, publisher, faults: () => faults };
}

describe('a Kafka that is silent', () => {
  test('answers the caller at once that its message is in doubt, and later what became of it', async () => {
    const { inner, publisher } = setup();
    const [early] = await publisher.publishWithin([aMessage()], 300);
    expect(early?.kind).toBe('in-doubt');
    inner.open[0]!.resolve(PUBLISHED);
    expect(await (early as InDoubt).settled).toEqual(PUBLISHED);
  });

  test('has opened the circuit before the deadline of the first call, by one call alone', async () => {
    const { clock, circuit, publisher } = setup();
    await publisher.publishWithin([aMessage()], 300);
    await clock.advance(DEADLINE_MS - 1);
    expect(circuit.state).toBe('open');
  });

  test('for half a second has not opened it, however many calls wait', async () => {
    const { clock, circuit, inner, publisher, faults } = setup();
    for (let count = 0; count < 50; count++) await publisher.publishWithin([aMessage()], 300);
    await clock.advance(600);
    expect(faults()).toBe(1);
    for (const { resolve } of inner.open) resolve(PUBLISHED);
    await clock.advance(10_000);
    expect([circuit.state, faults()]).toEqual(['closed', 1]);
  });

  test('counts from its last answer: a slow Kafka stays', async () => {
    const { clock, circuit, inner, publisher } = setup();
    for (let count = 0; count < 20; count++) {
      await publisher.publishWithin([aMessage()], 300);
      await clock.advance(900);
      inner.open[count]!.resolve(PUBLISHED);
      await clock.advance(100);
    }
    expect(circuit.state).toBe('closed');
  });

  test('counts no more once every call has ended', async () => {
    const { clock, inner, publisher, faults } = setup();
    await publisher.publishWithin([aMessage()], 300);
    inner.open[0]!.resolve({ kind: 'failed', blame: 'topic', reason: 'x', maybeWritten: false });
    await clock.advance(60_000);
    expect(faults()).toBe(0);
  });

  test('gives a call in doubt its vote when it has failed', async () => {
    const { inner, publisher, clock, faults } = setup();
    await publisher.publishWithin([aMessage()], 300);
    inner.open[0]!.resolve(KAFKA_DOWN);
    await clock.advance(0);
    expect(faults()).toBe(1);
  });

  test('behind an open circuit nothing is sent, and nothing is in doubt', async () => {
    const { circuit, publisher } = setup();
    circuit.force('forced-open');
    expect(await publisher.publishWithin([aMessage()], 300)).toMatchObject([
      { kind: 'refused', because: 'open' },
    ]);
  });
});
