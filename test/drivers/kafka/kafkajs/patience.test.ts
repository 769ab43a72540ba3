import { describe, expect, test } from 'bun:test';
import { EarlyCall } from '../../../../src/drivers/kafka/kafkajs/publish-call.ts';
import { PartitionQueue } from '../../../../src/drivers/kafka/kafkajs/partition-queue.ts';
import { PendingRecord } from '../../../../src/drivers/kafka/kafkajs/pending-record.ts';
import { Stats } from '../../../../src/drivers/kafka/stats.ts';
import type { EarlyResult, InDoubt } from '../../../../src/ports/publisher.ts';
import { FakeClock } from '../../../support/fakes/fake-clock.ts';
import { aMessage } from '../../../support/fakes/messages.ts';

const PATIENCE_MS = 300;

/** A queue whose calls to Kafka the test answers one by one: with a base offset, or an error. */
function setup() {
  const clock = new FakeClock();
  const calls: { values: string[]; answer: PromiseWithResolvers<string> }[] = [];
  const answers = new Map<string, EarlyResult>();
  const queue = new PartitionQueue({
    partition: 0,
    timeoutMs: 3000,
    clock,
    stats: new Stats(),
    openProducer: () =>
      Promise.resolve({
        partitionCount: 1,
        send: (_, records) => {
          const answer = Promise.withResolvers<string>();
          calls.push({ values: records.map(({ value }) => String(value)), answer });
          return answer.promise;
        },
      }),
    replaceProducer: () => {},
  });
  const add = (value: string, patienceMs = PATIENCE_MS) => {
    const call = new EarlyCall(1, new Stats());
    void call.early.then(([answer]) => answers.set(value, answer!));
    queue.add(new PendingRecord(aMessage({ value }), clock.now(), call, 0, patienceMs));
  };
  const settled = (value: string) => (answers.get(value) as InDoubt).settled;
  const kindOf = (value: string) => {
    const answer = answers.get(value);
    return answer?.kind === 'refused' ? answer.because : answer?.kind;
  };
  return { clock, calls, add, answers, settled, kindOf };
}

describe('a record whose owner does not wait for ever', () => {
  test('is in doubt once its patience is over, and settled when Kafka answers after all', async () => {
    const { clock, calls, add, settled, kindOf } = setup();
    add('a');
    await clock.advance(299);
    expect(kindOf('a')).toBeUndefined();
    await clock.advance(1);
    expect(kindOf('a')).toBe('in-doubt');
    calls[0]!.answer.resolve('7');
    expect(await settled('a')).toMatchObject({ kind: 'published', offset: '7' });
  });

  test('is not held against a request that has just been answered, however long that took', async () => {
    const { clock, calls, add, kindOf } = setup();
    add('a');
    add('b');
    await clock.advance(400);
    calls[0]!.answer.resolve('7');
    await clock.advance(0);
    add('c');
    await clock.advance(1);
    expect(calls.map(({ values }) => values)).toEqual([['a', 'b'], ['c']]);
    expect(kindOf('c')).toBeUndefined();
  });

  test('is settled as failed when its call fails after that', async () => {
    const { clock, calls, add, settled } = setup();
    add('a');
    await clock.advance(PATIENCE_MS);
    calls[0]!.answer.reject(new Error('Broken'));
    expect(await settled('a')).toMatchObject({ kind: 'failed', maybeWritten: true });
  });

  test('is settled as failed at the deadline of a call that never ends', async () => {
    const { clock, add, settled } = setup();
    add('a');
    await clock.advance(3000);
    expect(await settled('a')).toMatchObject({ kind: 'failed', maybeWritten: true });
  });

  test('is answered as ever while Kafka answers in time', async () => {
    const { clock, calls, add, kindOf } = setup();
    add('a');
    await clock.advance(200);
    calls[0]!.answer.resolve('0');
    await clock.advance(200);
    expect(kindOf('a')).toBe('published');
  });

  test('that was not sent yet is refused when the call before it stalls, and never sent', async () => {
    const { clock, calls, add, kindOf } = setup();
    add('first');
    await clock.advance(100);
    add('behind');
    await clock.advance(200);
    expect([kindOf('first'), kindOf('behind')]).toEqual(['in-doubt', 'stalled']);
    calls[0]!.answer.resolve('0');
    await clock.advance(1000);
    expect(calls).toHaveLength(1);
  });

  test('is refused at once behind a call that has stalled', async () => {
    const { clock, add, kindOf } = setup();
    add('first');
    await clock.advance(PATIENCE_MS);
    add('late');
    await clock.advance(0);
    expect(kindOf('late')).toBe('stalled');
  });

  test('goes alone as a trial after a call that failed, with the others refused until it is answered', async () => {
    const { clock, calls, add, kindOf } = setup();
    add('first');
    await clock.advance(PATIENCE_MS);
    calls[0]!.answer.reject(new Error('Broken'));
    await clock.advance(0);
    add('trial');
    add('other');
    await clock.advance(0);
    expect([kindOf('other'), calls.length, calls[1]?.values]).toEqual(['stalled', 2, ['trial']]);
    calls[1]!.answer.resolve('1');
    await clock.advance(0);
    add('again');
    add('and-again');
    await clock.advance(0);
    expect(calls[2]?.values).toEqual(['again', 'and-again']);
  });

  test('does not hurry one whose owner waits as long as it takes', async () => {
    const { clock, calls, add, kindOf } = setup();
    add('first');
    await clock.advance(100);
    add('patient', Infinity);
    await clock.advance(1000);
    expect(kindOf('patient')).toBeUndefined();
    calls[0]!.answer.resolve('0');
    await clock.advance(0);
    expect(calls[1]?.values).toEqual(['patient']);
  });
});
