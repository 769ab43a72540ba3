/** A record as a test states it: with plain numbers, and its headers in order. Without a timestamp it is of now. */
export interface TestRecord {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers: readonly (readonly [name: string, value: string | Buffer])[];
  readonly timestamp?: number;
}

/**
 * Kafka's produce request (version 7) for one partition, written down from Kafka's protocol guide and as slow as it
 * is plain: KafkaJS's bytes are compared with these.
 */
export function produceRequest(topic: string, partition: number, records: readonly TestRecord[]): Buffer {
  const batch = recordBatch(records);
  const body = Buffer.concat([
    int(16, 0), // the api key of Produce
    int(16, 7),
    int(32, 1), // the correlation id
    text('test'), // the client's id
    int(16, -1), // no transaction
    int(16, -1), // acks=all
    int(32, 1000), // the timeout
    int(32, 1), // one topic
    text(topic),
    int(32, 1), // one partition
    int(32, partition),
    int(32, batch.length),
    batch,
  ]);
  return Buffer.concat([int(32, body.length), body]);
}

function recordBatch(records: readonly TestRecord[]): Buffer {
  const now = Date.now();
  // KafkaJS counts from the earliest that it was given: one of now may come before it.
  const given = records.flatMap(({ timestamp }) => timestamp ?? []);
  const [first, last] = given.length > 0 ? [Math.min(...given), Math.max(...given)] : [now, now];
  const summed = Buffer.concat([
    int(16, 0), // no compression, no transaction
    int(32, records.length - 1),
    int(64, first),
    int(64, last),
    int(64, -1), // no producer id
    int(16, 0),
    int(32, 0),
    int(32, records.length),
    ...records.map((each, offset) => withLength(record(each, offset, (each.timestamp ?? now) - first))),
  ]);
  const counted = Buffer.concat([int(32, 0), int(8, 2), int(32, crc32C(summed) | 0), summed]);
  return Buffer.concat([int(64, 0), int(32, counted.length), counted]);
}

function record({ key, value, headers }: TestRecord, offset: number, sinceFirst: number): Buffer {
  return Buffer.concat([
    int(8, 0),
    varint(sinceFirst),
    varint(offset),
    withLength(key),
    withLength(value),
    varint(headers.length),
    ...headers.flat().map(withLength),
  ]);
}

function withLength(value: string | Buffer | null): Buffer {
  if (value === null) return varint(-1);
  const bytes = Buffer.from(value as string);
  return Buffer.concat([varint(bytes.length), bytes]);
}

const text = (value: string) => Buffer.concat([int(16, Buffer.byteLength(value)), Buffer.from(value)]);

function int(bits: 8 | 16 | 32 | 64, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes.subarray(8 - bits / 8);
}

/** Zigzag: 0, -1, 1, -2 become 0, 1, 2, 3. Seven bits a byte, the lowest first. */
function varint(value: number): Buffer {
  let rest = value < 0 ? BigInt(value) * -2n - 1n : BigInt(value) * 2n;
  const bytes: number[] = [];
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

/** Castagnoli's checksum, a bit at a time. */
export function crc32C(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0x82f63b78 : 0);
  }
  return ~sum >>> 0;
}
