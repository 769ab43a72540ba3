import { describe, expect, test } from 'bun:test';
import { Circuit } from '../../src/breakers/circuit.ts';
import { GuardedPublisher } from '../../src/breakers/guarded-publisher.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';
import { aMessage, FakePublisher, KAFKA_DOWN } from '../support/fakes.ts';
import { FakeClock } from '../support/fake-clock.ts';

function setup(deadlineMs = 60_000) {
  const clock = new FakeClock();
  const inner = new FakePublisher();
  const circuit = new Circuit({ failMax: 2, resetTimeoutMs: 1000, timeoutDurationMs: 2000 }, clock);
  return { clock, inner, circuit, guarded: new GuardedPublisher(inner, circuit, deadlineMs) };
}

describe('GuardedPublisher', () => {
  test('a batch of many failures is one fault', async () => {
    const { inner, circuit, guarded } = setup();
    inner.answer = () => KAFKA_DOWN;
    await guarded.publish(Array.from({ length: 500 }, () => aMessage()));
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
  ])('what is the fault of %s never opens the circuit', async (_, result) => {
    const { inner, circuit, guarded } = setup();
    inner.answer = () => result;
    for (let count = 0; count < 10; count++) expect(await guarded.publish([aMessage()])).toEqual([result]);
    expect(circuit.state).toBe('closed');
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

  test('a driver that never answers is given up at the deadline, and may have written', async () => {
    const { inner, guarded } = setup(20);
    inner.answer = () => new Promise(() => {});
    expect(await guarded.publish([aMessage()])).toEqual([
      { kind: 'failed', blame: 'kafka', reason: 'Kafka gave no answer within 20 ms', maybeWritten: true },
    ]);
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
