import { afterAll, beforeAll, describe, expect, setSystemTime, test } from 'bun:test';
import { createRequire } from 'node:module';
import type kafkajs from 'kafkajs';
import { crc32C, produceRequest, type TestRecord } from '../../../support/kafka/produce-request.ts';

/** KafkaJS's own parts, for which it has no types. */
const part = createRequire(import.meta.url);
const encodeRequest = part('kafkajs/src/protocol/request.js') as (_: object) => Promise<{ buffer: Buffer }>;
const produce = part('kafkajs/src/protocol/requests/produce/v7/request.js') as (_: object) => object;
const checksum = part('kafkajs/src/protocol/recordBatch/crc32C') as (_: Uint8Array) => number;
const group = part('kafkajs/src/producer/groupMessagesPerPartition.js') as (_: object) => object;
const RequestQueue = part('kafkajs/src/network/requestQueue') as new (_: object) => {
  throttleCheckTimeoutId: unknown;
  maybeThrottle(ms: number): void;
  checkPendingRequests(): void;
  push(request: { entry: { correlationId: number }; expectResponse: boolean; sendRequest: () => void }): void;
};

async function encoded(records: readonly TestRecord[]): Promise<string> {
  const messages = records.map((record): kafkajs.Message => {
    const names = new Set(record.headers.map(([name]) => name));
    const valuesOf = (name: string) => record.headers.filter(([other]) => other === name).map(([, v]) => v);
    const headers = Object.fromEntries([...names].map((name) => [name, valuesOf(name)]));
    const { key, value, timestamp } = record;
    return { key, value, headers, ...(timestamp === undefined ? {} : { timestamp: String(timestamp) }) };
  });
  const topicData = [{ topic: 'töpic', partitions: [{ partition: '2', firstSequence: 0, messages }] }];
  const request = produce({ acks: -1, timeout: 1000, topicData });
  const { buffer } = await encodeRequest({ correlationId: 1, clientId: 'test', request });
  return buffer.toString('hex');
}

const expected = (records: readonly TestRecord[]) => produceRequest('töpic', 2, records).toString('hex');

const NOW = 1_764_000_000_000;
const PLAIN: TestRecord = { key: 'key', value: '{"a":1}', headers: [['id', '7']], timestamp: NOW };
const UNDATED: TestRecord = { key: 'key', value: '{"a":1}', headers: [['id', '7']] };
const ownPartition = ({ message }: { message: { partition: number } }) => message.partition;
const later = (ms: number): TestRecord => ({ ...PLAIN, timestamp: NOW + ms });
const long = (length: number): TestRecord => ({ ...PLAIN, value: 'x'.repeat(length) });
const random = (below: number) => Math.floor(Math.random() * below);

beforeAll(() => void setSystemTime(NOW));
afterAll(() => void setSystemTime());

describe('the patched encoder writes the bytes of the protocol', () => {
  const cases: Record<string, readonly TestRecord[]> = {
    'one record': [PLAIN],
    'a null key and a null value': [{ ...PLAIN, key: null, value: null }],
    'an empty key, value and header': [{ ...PLAIN, key: '', value: '', headers: [['', '']] }],
    'no headers': [{ ...PLAIN, headers: [] }],
    'a header twice': [
      {
        ...PLAIN,
        headers: [
          ['a', '1'],
          ['a', '2'],
          ['b', Buffer.from('3')],
        ],
      },
    ],
    'text beyond ASCII, and half a surrogate pair': [
      { key: 'ключ', value: '"漢字 😀 \ud800"', headers: [['é', 'ß']], timestamp: NOW },
    ],
    Buffers: [{ ...PLAIN, key: Buffer.from([0, 255]), value: Buffer.alloc(70_000, 7) }],
    'timestamps far apart': [0, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 41].map(later),
    'a record that is older than the first': [PLAIN, later(-1)],
    'no timestamps': [UNDATED, UNDATED],
    'now, among timestamps to come': [1, 2 ** 20, 2 ** 31, 2 ** 31 + 1, 2 ** 40].flatMap((ms) => [
      later(ms + 2 ** 33),
      UNDATED,
    ]),
    'lengths about each size of a number': [0, 63, 64, 8191, 8192, 1_048_575, 1_048_576].map(long),
    'a batch of 500': Array.from({ length: 500 }, (_, i) => ({
      ...PLAIN,
      key: `key-${i}`,
      timestamp: NOW + i,
    })),
  };
  for (const [name, records] of Object.entries(cases)) {
    test(name, async () => {
      expect(await encoded(records)).toBe(expected(records));
    });
  }

  test('500 batches at random', async () => {
    const pieces = ['', 'a', 'Spillway', 'é', '漢', '😀', '"\\', '\0'];
    const text = () => Array.from({ length: random(40) }, () => pieces[random(pieces.length)]).join('');
    const either = () => (random(2) ? text() : Buffer.from(text()));
    for (let run = 0; run < 500; run++) {
      const records = Array.from({ length: 1 + random(8) }, (_, index) => ({
        key: random(4) ? either() : null,
        value: random(9) ? either() : null,
        headers: Array.from({ length: random(4) }, (__, n) => [`h${n}${text()}`, either()] as const),
        ...(random(5) ? { timestamp: NOW + index * random(2 ** 40) } : {}),
      }));
      expect(await encoded(records)).toBe(expected(records));
    }
  });

  test('what is neither text nor bytes is refused, as ever', () => {
    const number = { ...PLAIN, value: 5 as unknown as string };
    expect(encoded([PLAIN, number])).rejects.toThrow(TypeError);
  });
});

test('the checksum is CRC-32C at every length', () => {
  expect(checksum(Buffer.from('123456789'))).toBe(0xe3069283);
  const bytes = crypto.getRandomValues(new Uint8Array(100));
  for (let end = 0; end <= bytes.length; end++) {
    const some = bytes.subarray(end % 5, end);
    expect(checksum(some)).toBe(crc32C(some));
  }
});

test('messages keep their order within a partition', () => {
  const messages = Array.from({ length: 9 }, (_, n) => ({ n, partition: n % 2 }));
  const ns = (rest: number) => messages.filter(({ n }) => n % 2 === rest);
  expect(group({ partitionMetadata: [{}], messages, partitioner: ownPartition })).toEqual({
    0: ns(0),
    1: ns(1),
  });
});

test('a queue without pending requests sets no timer', () => {
  const logger = { debug: () => {} };
  const queue = new RequestQueue({ maxInFlightRequests: null, requestTimeout: 1000, logger });
  queue.push({ entry: { correlationId: 1 }, expectResponse: true, sendRequest: () => {} });
  queue.checkPendingRequests();
  expect(queue.throttleCheckTimeoutId).toBeNull();
});

test('a queue that is throttled sends what is pending once it may', async () => {
  const logger = { debug: () => {} };
  const queue = new RequestQueue({ maxInFlightRequests: null, requestTimeout: 1000, logger });
  queue.maybeThrottle(5);
  const sent = new Promise<void>((sendRequest) =>
    queue.push({ entry: { correlationId: 1 }, expectResponse: true, sendRequest }),
  );
  expect(queue.throttleCheckTimeoutId).not.toBeNull();
  setSystemTime(NOW + 5);
  await sent;
});
