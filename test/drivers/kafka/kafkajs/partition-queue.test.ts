import { describe, expect, test } from 'bun:test';
import { type Classified, classify } from '../../../../src/drivers/kafka/errors.ts';
import { PartitionQueue, type QueueProducer } from '../../../../src/drivers/kafka/kafkajs/partition-queue.ts';
import type { KafkaRecord } from '../../../../src/drivers/kafka/kafkajs/topic-producer.ts';
import { PendingRecord } from '../../../../src/drivers/kafka/kafkajs/pending-record.ts';
import { Stats } from '../../../../src/drivers/kafka/stats.ts';
import type { PublishResult } from '../../../../src/ports/publisher.ts';
import { FakeClock } from '../../../support/fakes/fake-clock.ts';
import { aMessage } from '../../../support/fakes/messages.ts';

const TIMEOUT_MS = 3000;

/** An error as KafkaJS throws it for a code of the broker. */
const brokerSays = (type: string) => Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type });
const cut = () => Object.assign(new Error('Closed connection'), { name: 'KafkaJSConnectionClosedError' });

type Answer = (records: KafkaRecord[], call: number) => string | undefined | Promise<string | undefined>;

/** A queue on partition 2 whose calls the test answers: with a base offset, or by throwing. */
function setup(answer: Answer = (_, call) => String(call * 1000)) {
  const clock = new FakeClock();
  const stats = new Stats();
  const calls: string[][] = [];
  const replaced: QueueProducer[] = [];
  const results = new Map<string, PublishResult>();
  const it = { answer, opening: undefined as Classified | undefined };
  const producer: QueueProducer = {
    partitionCount: 3,
    send: async (partition, records) => {
      expect(partition).toBe(2);
      calls.push(records.map(({ value }) => String(value)));
      return it.answer(records, calls.length);
    },
  };
  const queue = new PartitionQueue({
    partition: 2,
    timeoutMs: TIMEOUT_MS,
    clock,
    stats,
    openProducer: () => Promise.resolve(it.opening ?? producer),
    replaceProducer: (broken) => replaced.push(broken),
  });
  const add = (value: string) => {
    const owner = {
      onSettled: (_: PendingRecord, __: number, result: PublishResult) => results.set(value, result),
    };
    const pending = new PendingRecord(aMessage({ value }), clock.now(), owner, 0);
    queue.add(pending);
    return pending;
  };
  const addMany = (count: number, prefix = 'm') => {
    const values = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
    for (const value of values) add(value);
    return values;
  };
  const kinds = () => Object.groupBy([...results], ([, { kind }]) => kind);
  return { it, clock, stats, queue, producer, calls, replaced, results, add, addMany, kinds };
}

describe('a queue', () => {
  test('sends what is added at the same time in one call, in order, and counts its offsets up', async () => {
    const { clock, calls, results, addMany, stats } = setup(() => '9007199254740993');
    const values = addMany(3);
    await clock.advance(0);
    expect(calls).toEqual([values]);
    const told = values.map((value) => results.get(value));
    expect(told).toMatchObject([
      { kind: 'published', partition: 2, offset: '9007199254740993' },
      { kind: 'published', partition: 2, offset: '9007199254740994' },
      { kind: 'published', partition: 2, offset: '9007199254740995' },
    ]);
    expect([stats.calls, stats.messages]).toEqual([1, 3]);
  });

  test('says of what is published by which call it was', async () => {
    const { clock, results, add, addMany } = setup(() => '0');
    const call = (value: string) => {
      const result = results.get(value);
      return result?.kind === 'published' ? result.call : undefined;
    };
    const [one = '', other = ''] = addMany(2);
    await clock.advance(0);
    add('next');
    await clock.advance(0);
    expect(call(one)).toBeObject();
    expect(call(other)).toBe(call(one));
    expect(call('next')).not.toBe(call(one));
  });

  test('has one call in flight, and gathers the next batch meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const { clock, calls, add, results } = setup(() => promise);
    add('first');
    await clock.advance(0);
    add('second');
    add('third');
    await clock.advance(10);
    expect(calls).toEqual([['first']]);
    resolve('0');
    await clock.advance(0);
    expect(calls).toEqual([['first'], ['second', 'third']]);
    expect(results.size).toBe(3);
  });

  test('sends no more than 500 records or 900 kB in a call', async () => {
    const { clock, calls, addMany, add } = setup();
    addMany(1001);
    await clock.advance(0);
    expect(calls.map(({ length }) => length)).toEqual([500, 500, 1]);
    for (const letter of ['a', 'b', 'c', 'd']) add(letter.repeat(400_000));
    await clock.advance(0);
    expect(calls.slice(3).map(({ length }) => length)).toEqual([2, 2]);
  });

  test('answers published only where the broker named the partition', async () => {
    const { clock, add, results, replaced, producer } = setup(() => undefined);
    add('m');
    await clock.advance(0);
    expect(results.get('m')).toMatchObject({ kind: 'failed', blame: 'kafka', maybeWritten: true });
    expect(replaced).toEqual([producer]);
  });
});

const refuseThe = (bad: string, code: string): Answer => {
  return (records) => {
    if (records.some(({ value }) => value === bad)) throw brokerSays(code);
    return '0';
  };
};

describe("the caller's fault", () => {
  test.each(['first', 'middle', 'last'])('is isolated: the %s of 200 is rejected alone', async (where) => {
    const { clock, addMany, results, kinds, it } = setup();
    const values = addMany(200);
    const bad = values[{ first: 0, middle: 99, last: 199 }[where] ?? 0]!;
    it.answer = refuseThe(bad, 'INVALID_RECORD');
    await clock.advance(0);
    expect(results.get(bad)).toMatchObject({ kind: 'rejected', cause: 'invalid' });
    expect(kinds().published).toHaveLength(199);
  });

  test('keeps the order of the others', async () => {
    const { clock, addMany, calls, it } = setup();
    const values = addMany(50);
    it.answer = refuseThe('m7', 'INVALID_RECORD');
    await clock.advance(0);
    const written = calls.filter((call) => !call.includes('m7')).flat();
    expect(written).toEqual(values.filter((value) => value !== 'm7'));
  });

  test('costs the neighbours of the next one that is too large no second call', async () => {
    const big = 'x'.repeat(100_000);
    const { clock, add, addMany, calls, results, it } = setup();
    it.answer = refuseThe(big, 'MESSAGE_TOO_LARGE');
    add(big);
    await clock.advance(0);
    calls.length = 0;
    addMany(10);
    add(big);
    addMany(10, 'n');
    await clock.advance(0);
    expect(calls.map(({ length }) => length)).toEqual([10, 1, 10]);
    expect(results.get(big)).toMatchObject({ kind: 'rejected', cause: 'too-large' });
  });
});

describe('too many records that are refused', () => {
  test('use up the time of the batch, which is no fault of Kafka: what is known stands', async () => {
    const { clock, addMany, kinds, it } = setup();
    addMany(500);
    it.answer = async (records) => {
      await new Promise<void>((resolve) => void clock.after(20, resolve));
      if (records.some(({ value }) => Number(String(value).slice(1)) % 2 === 0))
        throw brokerSays('INVALID_RECORD');
      return '0';
    };
    await clock.advance(TIMEOUT_MS);
    const { published, rejected, failed, refused, ...others } = kinds();
    expect(others).toEqual({});
    expect(published!.length).toBeGreaterThan(30);
    expect(rejected!.length).toBeGreaterThan(30);
    expect(failed ?? []).toSatisfy((left: unknown[]) => left.length <= 2);
    for (const [, result] of failed ?? []) expect(result).toMatchObject({ blame: 'topic' });
    expect(refused!.length).toBeGreaterThan(200);
  });
});

describe('a fault of Kafka', () => {
  test('that a new connection mends costs nobody anything', async () => {
    const { clock, addMany, kinds, replaced, stats, it } = setup();
    it.answer = (_, call) => {
      if (call === 1) throw cut();
      return '0';
    };
    addMany(5);
    await clock.advance(0);
    expect(kinds().published).toHaveLength(5);
    expect([replaced.length, stats.retries]).toEqual([1, 1]);
  });

  test('fails what waits behind it at once, untried', async () => {
    const { clock, add, kinds, calls, it } = setup();
    it.answer = (_, call) => {
      if (call === 1) add('behind');
      throw brokerSays('NOT_ENOUGH_REPLICAS');
    };
    add('tried');
    await clock.advance(0);
    expect(calls).toEqual([['tried']]);
    expect(kinds()).toEqual({
      failed: [['tried', expect.objectContaining({ blame: 'partition', maybeWritten: false })]],
      refused: [['behind', { kind: 'refused', because: 'busy', retryInMs: 0 }]],
    });
  });

  test('is tried again only by a queue that worked before it', async () => {
    const { clock, add, calls, it } = setup();
    it.answer = () => {
      throw cut();
    };
    add('first');
    await clock.advance(1000);
    const patient = calls.length;
    expect(patient).toBeGreaterThan(1);
    add('second');
    await clock.advance(1000);
    expect(calls.length - patient).toBe(1);
    it.answer = () => '0';
    add('works');
    await clock.advance(0);
    it.answer = () => {
      throw cut();
    };
    add('third');
    await clock.advance(1000);
    expect(calls.length - patient - 2).toBe(patient);
  });

  test('after which the record may be there stays so, whatever the later tries say', async () => {
    const { clock, add, results, it } = setup();
    it.answer = () => {
      it.opening = classify(cut(), 'opening');
      throw cut();
    };
    add('m');
    await clock.advance(1000);
    expect(results.get('m')).toMatchObject({ kind: 'failed', maybeWritten: true });
  });

  test('is one call: all that failed in it say so', async () => {
    const { clock, add, results, it } = setup();
    it.answer = () => {
      throw brokerSays('KAFKA_STORAGE_ERROR');
    };
    for (const value of ['a', 'b', 'c']) add(value);
    await clock.advance(0);
    const calls = [...results.values()].map((result) => result.kind === 'failed' && result.call);
    expect(calls[0]).toBeObject();
    expect(new Set(calls).size).toBe(1);
    add('d');
    await clock.advance(0);
    const next = results.get('d');
    expect(next?.kind === 'failed' && next.call !== calls[0]).toBe(true);
  });
});

describe('the deadline', () => {
  test('holds against a call that never ends, for those in it and behind it', async () => {
    const { clock, add, results, replaced } = setup(() => new Promise(() => {}));
    add('in flight');
    await clock.advance(10);
    add('behind');
    await clock.advance(TIMEOUT_MS - 11);
    expect(results.size).toBe(0);
    await clock.advance(1);
    expect(results.get('in flight')).toMatchObject({ kind: 'failed', blame: 'kafka', maybeWritten: true });
    expect(results.get('behind')).toMatchObject({ kind: 'refused' });
    expect(replaced).toHaveLength(1);
  });

  test('holds over retries', async () => {
    const { clock, add, results, it } = setup();
    it.answer = async () => {
      await new Promise<void>((resolve) => void clock.after(1400, resolve));
      throw cut();
    };
    add('m');
    await clock.advance(TIMEOUT_MS);
    expect(results.get('m')).toMatchObject({ kind: 'failed', maybeWritten: true });
  });

  test('an answer that comes after it changes nothing, and the queue goes on', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const { clock, add, results } = setup((_, call) => (call === 1 ? promise : '7'));
    add('late');
    await clock.advance(TIMEOUT_MS);
    add('next');
    await clock.advance(0);
    resolve('1');
    await clock.advance(0);
    expect(results.get('late')?.kind).toBe('failed');
    expect(results.get('next')).toMatchObject({ kind: 'published', partition: 2, offset: '7' });
  });
});

describe('a record whose caller went away', () => {
  test('is not sent if it was not sent yet', async () => {
    const { clock, calls, add } = setup();
    add('stays');
    add('goes').settle({ kind: 'refused', because: 'busy', retryInMs: 0 });
    await clock.advance(0);
    expect(calls).toEqual([['stays']]);
  });

  test('says whether it was handed to Kafka', async () => {
    const { clock, add } = setup(() => new Promise(() => {}));
    const sent = add('sent');
    await clock.advance(0);
    const waiting = add('waiting');
    expect([sent.isSent, waiting.isSent]).toEqual([true, false]);
  });
});

describe('a topic that changed', () => {
  test('is asked again until it has a leader, which costs nobody anything', async () => {
    const { clock, add, results, calls, it } = setup();
    it.answer = (_, call) => {
      if (call < 3) throw brokerSays('NOT_LEADER_FOR_PARTITION');
      return '5';
    };
    add('m');
    await clock.advance(100);
    expect(results.get('m')?.kind).toBe('published');
    expect(calls).toHaveLength(3);
  });

  test('and lost the partition fails by its own fault, unwritten', async () => {
    const { clock, add, results, calls, producer, replaced } = setup();
    Object.assign(producer, { partitionCount: 2 });
    add('m');
    await clock.advance(0);
    expect(results.get('m')).toMatchObject({ kind: 'failed', blame: 'topic', maybeWritten: false });
    expect([calls, replaced]).toEqual([[], []]);
  });
});
