import { SMALLEST_BATCH } from '../../src/backfill/pace.ts';
import { describe, expect, test } from 'bun:test';
import type { Message } from '../../src/message/message.ts';
import { Circuit, type CircuitSettings } from '../../src/breakers/circuit.ts';
import { GuardedPublisher } from '../../src/breakers/guarded-publisher.ts';
import { pause } from '../../src/ports/clock.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';
import { FakePublisher, KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { aMessage } from '../support/fakes/messages.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';

const DEADLINE_MS = 3000;

function setup(over: Partial<CircuitSettings> = {}) {
  const clock = new FakeClock();
  const inner = new FakePublisher();
  const circuit = new Circuit(
    { failMax: 2, resetTimeoutMs: 1000, timeoutDurationMs: 2000, ...over },
    clock,
    {},
    () => 0,
  );
  const guarded = new GuardedPublisher({
    inner,
    circuit,
    clock,
    deadlineMs: DEADLINE_MS,
    smallestBatch: SMALLEST_BATCH,
    silenceMs: 500,
  });
  return { clock, inner, circuit, guarded };
}

const several = (count: number) => Array.from({ length: count }, () => aMessage());

const publishTo = (guarded: GuardedPublisher, topic: string) => guarded.publish([aMessage({ topic })]);

describe('GuardedPublisher', () => {
  test('a batch of many failures is one fault', async () => {
    const { inner, circuit, guarded } = setup();
    inner.answer = () => KAFKA_DOWN;
    await guarded.publish(several(500));
    expect(circuit.state).toBe('closed');
    await guarded.publish([aMessage()]);
    expect(circuit.state).toBe('open');
  });

  test('publishes that shared a call have one vote', async () => {
    const { inner, circuit, guarded } = setup();
    const call = {};
    inner.answer = () => ({ ...KAFKA_DOWN, call });
    for (let count = 0; count < 10; count++) await guarded.publish([aMessage()]);
    expect(circuit.state).toBe('closed');
    inner.answer = () => ({ ...KAFKA_DOWN, call: {} });
    await guarded.publish([aMessage()]);
    expect(circuit.state).toBe('open');
  });

  test('a large batch of the backlog that fails is not held against Kafka, a small one is', async () => {
    const { inner, circuit, guarded } = setup();
    inner.answer = () => ({ ...KAFKA_DOWN, call: {} });
    for (let count = 0; count < 5; count++) await guarded.publishBacklog(several(SMALLEST_BATCH + 1));
    expect(circuit.state).toBe('closed');
    for (let count = 0; count < 2; count++) await guarded.publishBacklog(several(SMALLEST_BATCH));
    expect(circuit.state).toBe('open');
  });

  test('a large batch of the backlog may be slow, a small one may not', async () => {
    const { clock, inner, circuit, guarded } = setup({ slowMs: 500 });
    const answered: PublishResult = { kind: 'published', partition: 0, offset: '0' };
    inner.answer = () => new Promise((end) => clock.after(501, () => end(answered)));
    for (const [size, state] of [
      [SMALLEST_BATCH + 1, 'closed'],
      [SMALLEST_BATCH, 'open'],
    ] as const) {
      for (let count = 0; count < 3; count++) {
        const published = guarded.publishBacklog(several(size));
        await clock.advance(501);
        await published;
      }
      expect(circuit.state).toBe(state);
    }
  });

  test('the time that a trial spends on looking for a message is not held against Kafka', async () => {
    const { clock, circuit, inner } = setup({ slowMs: 200 });
    const tryBacklog = async () => {
      await pause(clock, 300);
      return undefined;
    };
    const guarded = new GuardedPublisher({
      inner,
      circuit,
      clock,
      deadlineMs: DEADLINE_MS,
      smallestBatch: SMALLEST_BATCH,
      silenceMs: 500,
      tryBacklog,
    });
    inner.answer = () => KAFKA_DOWN;
    for (let count = 0; count < 2; count++) await guarded.publish([aMessage()]);
    await clock.advance(1400);
    expect(circuit.state).toBe('closed');
  });

  test('a live message keeps its vote though it shared the call of a large batch of the backlog', async () => {
    const { inner, circuit, guarded } = setup();
    for (let count = 0; count < 2; count++) {
      const call = {};
      inner.answer = () => ({ ...KAFKA_DOWN, call });
      await guarded.publishBacklog(several(SMALLEST_BATCH + 1));
      await guarded.publish(several(1));
    }
    expect(circuit.state).toBe('open');
  });

  test('calls that are caught in one stall are as many faults as calls', async () => {
    const { clock, inner, circuit, guarded } = setup({ failMax: 5 });
    inner.answer = () => new Promise(() => {});
    const stalled = Array.from({ length: 5 }, () => guarded.publish([aMessage()]));
    await clock.advance(DEADLINE_MS + 100);
    await Promise.all(stalled);
    expect(circuit.state).toBe('open');
  });

  test('publishes that shared a slow call are one fault', async () => {
    const { clock, inner, circuit, guarded } = setup({ slowMs: 500 });
    const published = { kind: 'published', partition: 0, offset: '0' } as const;
    const publish = async (call: object) => {
      inner.answer = () => new Promise((end) => clock.after(501, () => end({ ...published, call })));
      const all = Array.from({ length: 10 }, () => guarded.publish([aMessage(), aMessage()]));
      await clock.advance(501);
      await Promise.all(all);
    };
    await publish({});
    expect(circuit.state).toBe('closed');
    await publish({});
    expect(circuit.state).toBe('open');
  });

  test('what the driver did not try says nothing of Kafka', async () => {
    const { inner, circuit, guarded } = setup();
    inner.answer = () => KAFKA_DOWN;
    await guarded.publish([aMessage()]);
    inner.answer = () => ({ kind: 'refused', because: 'busy', retryInMs: 0 });
    await guarded.publish([aMessage()]);
    expect(circuit.state).toBe('closed');
    inner.answer = () => KAFKA_DOWN;
    await guarded.publish([aMessage()]);
    expect(circuit.state).toBe('open');
  });

  test.each<[string, PublishResult]>([
    ['the caller', { kind: 'rejected', cause: 'too-large', reason: 'x' }],
    ['the topic', { kind: 'failed', blame: 'topic', reason: 'x', maybeWritten: false }],
    ['a partition', { kind: 'failed', blame: 'partition', reason: 'x', maybeWritten: false }],
  ])('what is the fault of %s never opens the circuit', async (_, result) => {
    const { inner, circuit, guarded } = setup();
    inner.answer = () => result;
    for (let count = 0; count < 10; count++) expect(await guarded.publish([aMessage()])).toEqual([result]);
    expect(circuit.state).toBe('closed');
  });

  describe('of several topics', () => {
    const sick: PublishResult = { kind: 'failed', blame: 'partition', reason: 'x', maybeWritten: false };

    test('one with a sick partition never diverts another, however much more it is written', async () => {
      const { inner, circuit, guarded } = setup();
      inner.answer = ({ topic }) => (topic === 'sick' ? sick : PUBLISHED);
      for (let round = 0; round < 29; round++) {
        for (let count = 0; count < 10; count++) await publishTo(guarded, 'sick');
        expect(await publishTo(guarded, 'healthy')).toEqual([PUBLISHED]);
      }
      expect(circuit.state).toBe('closed');
    });

    test('several whose partitions fail at once say that Kafka is at fault, where none is published', async () => {
      const { clock, inner, circuit, guarded } = setup();
      inner.answer = ({ topic }) => (topic === 'healthy' ? PUBLISHED : sick);
      await publishTo(guarded, 'healthy');
      for (const topic of ['a', 'b', 'a', 'b']) await publishTo(guarded, topic);
      expect(circuit.state).toBe('closed');
      await clock.advance(2001);
      await publishTo(guarded, 'a');
      await publishTo(guarded, 'b');
      expect(circuit.state).toBe('closed');
      await publishTo(guarded, 'a');
      expect(circuit.state).toBe('open');
    });

    test('missing or forbidden ones never say that Kafka is at fault', async () => {
      const { inner, circuit, guarded } = setup();
      inner.answer = () => ({ ...sick, blame: 'topic' });
      for (const topic of ['a', 'b', 'c', 'a', 'b', 'c']) await publishTo(guarded, topic);
      expect(circuit.state).toBe('closed');
    });

    test('a connection that fails for one is no fault of Kafka while another is published', async () => {
      const { clock, inner, circuit, guarded } = setup();
      inner.answer = ({ topic }) => (topic === 'sick' ? KAFKA_DOWN : PUBLISHED);
      for (let round = 0; round < 10; round++) {
        await publishTo(guarded, 'healthy');
        for (let count = 0; count < 5; count++) await publishTo(guarded, 'sick');
      }
      await guarded.publish([aMessage({ topic: 'sick' }), aMessage({ topic: 'healthy' })]);
      expect(circuit.state).toBe('closed');
      await clock.advance(2001);
      for (let count = 0; count < 2; count++) await publishTo(guarded, 'sick');
      expect(circuit.state).toBe('open');
    });

    test('a trial that fails is a fault, whatever was published before it', async () => {
      const { clock, inner, circuit, guarded } = setup({ resetTimeoutMs: 100 });
      inner.answer = () => KAFKA_DOWN;
      for (let count = 0; count < 2; count++) await publishTo(guarded, 'sick');
      inner.probed = { kind: 'up' };
      await clock.advance(110);
      inner.answer = ({ topic }) => (topic === 'sick' ? KAFKA_DOWN : PUBLISHED);
      await publishTo(guarded, 'healthy');
      circuit.force('forced-open');
      circuit.force('auto');
      await publishTo(guarded, 'sick');
      expect(circuit.state).toBe('open');
      expect(circuit.retryInMs).toBeGreaterThan(0);
    });
  });

  test('while it is open every message is refused, and the driver hears nothing', async () => {
    const { inner, guarded } = setup();
    inner.answer = () => KAFKA_DOWN;
    for (let count = 0; count < 2; count++) await guarded.publish([aMessage()]);
    expect(await guarded.publish([aMessage(), aMessage()])).toEqual([
      { kind: 'refused', because: 'open', retryInMs: 1000 },
      { kind: 'refused', because: 'open', retryInMs: 1000 },
    ]);
    expect(inner.calls).toHaveLength(2);
  });

  test('what the driver can never publish is known while it is open', async () => {
    const { inner, circuit, guarded } = setup();
    const refusal = { kind: 'rejected', cause: 'invalid', reason: 'No headers' } as const;
    inner.refusalOf = ({ id }) => (id === 'bad' ? refusal : undefined);
    inner.answer = () => KAFKA_DOWN;
    for (let count = 0; count < 2; count++) await guarded.publish([aMessage()]);
    expect(circuit.state).toBe('open');
    expect(['bad', 'good'].map((id) => guarded.refusalOf(aMessage({ id })))).toEqual([refusal, undefined]);
  });

  test('a driver that never answers is given up at the deadline, and may have written', async () => {
    const { clock, inner, guarded } = setup();
    inner.answer = () => new Promise(() => {});
    const answer = guarded.publish([aMessage()]);
    await clock.advance(DEADLINE_MS + 100);
    expect(await answer).toEqual([
      { kind: 'failed', blame: 'kafka', reason: 'Kafka gave no answer within 3000 ms', maybeWritten: true },
    ]);
  });

  test('what the driver says at its own deadline is heard', async () => {
    const { clock, inner, guarded } = setup();
    const exact: PublishResult = { kind: 'failed', blame: 'kafka', reason: 'Unsent', maybeWritten: false };
    inner.answer = () => new Promise((resolve) => clock.after(DEADLINE_MS, () => resolve(exact)));
    const answer = guarded.publish([aMessage()]);
    await clock.advance(DEADLINE_MS + 100);
    expect(await answer).toEqual([exact]);
  });

  test('whatever waits can be given up at once, and that is no fault of Kafka', async () => {
    const { inner, circuit, guarded } = setup();
    const ended: PublishResult = { kind: 'failed', blame: 'caller', reason: 'Ended', maybeWritten: true };
    inner.publish = (messages: readonly Message[], signal?: AbortSignal) =>
      new Promise<PublishResult[]>((resolve) => {
        signal?.addEventListener('abort', () => resolve(messages.map(() => ended)));
      });
    const answers = [guarded.publish([aMessage()]), guarded.publish([aMessage(), aMessage()])];
    guarded.giveUp();
    expect(await Promise.all(answers)).toEqual([[ended], [ended, ended]]);
    expect(circuit.state).toBe('closed');
  });

  test('a driver that throws is a failure, and no exception', async () => {
    const { inner, guarded } = setup();
    inner.publish = () => Promise.reject(new Error('broken'));
    expect(await guarded.publish([aMessage()])).toMatchObject([{ kind: 'failed', blame: 'kafka' }]);
  });

  test('the circuit closes by a probe, without traffic', async () => {
    const { clock, inner, circuit, guarded } = setup();
    inner.answer = () => KAFKA_DOWN;
    for (let count = 0; count < 2; count++) await guarded.publish([aMessage()]);
    inner.probed = { kind: 'down', reason: 'still down' };
    await clock.advance(1000);
    expect(circuit.state).toBe('open');
    inner.probed = { kind: 'up' };
    await clock.advance(2000);
    expect(circuit.state).toBe('closed');
  });
});
