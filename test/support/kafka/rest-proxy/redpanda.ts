import { murmur2 } from '../../../../src/drivers/kafka/kafkajs/murmur2.ts';
import type { Backend, BackendRecord, Written } from './backend.ts';
import { decode, type ProxyDialect, json } from './server.ts';
import { headersRefused, isProduce, recordsOf, type V2Record } from './v2-requests.ts';

const KNOWN = ['key', 'value', 'partition'];

/** Redpanda's HTTP Proxy, by its source. */
export const redpandaProxy: ProxyDialect = async (asked, backend) => {
  const [, topic = ''] = asked.parts;
  if (isProduce(asked)) {
    const refused = headersRefused(asked);
    if (refused) return refused;
    const records = recordsOf(asked.body, KNOWN);
    if (!records) return json(422, { error_code: 422, message: 'parse error at offset 1' });
    return json(200, { offsets: await produce(topic, records, backend) });
  }
  if (asked.parts.join('/') !== 'topics') return undefined;
  const topics = await backend.topics().catch(() => undefined);
  return topics ? json(200, topics) : json(503, { error_code: 50_302, message: 'broker_not_available' });
};

/** One answer for each partition, in no order: the offset of the first of its records. */
async function produce(topic: string, records: readonly V2Record[], backend: Backend) {
  const count = (await backend.partitionsOf(topic).catch(() => undefined)) ?? 1;
  const batches = new Map<number, BackendRecord[]>();
  for (const record of records) {
    // Without a key it writes an empty one.
    const key = record.key === undefined ? Buffer.alloc(0) : decode(record.key);
    const partition = record.partition ?? partitionOf(key, count);
    const batch = batches.get(partition) ?? [];
    batches.set(partition, [...batch, { key, value: decode(record.value), partition }]);
  }
  const written = await Promise.all(
    [...batches].map(async ([partition, batch]) => answer(partition, await backend.writeBatch(topic, batch))),
  );
  return written.toReversed();
}

let next = 0;

function partitionOf(key: Buffer, count: number): number {
  return key.length > 0 ? (murmur2(key) >>> 0) % count : next++ % count;
}

function answer(partition: number, result: Written) {
  return 'error' in result
    ? { partition, error_code: result.code, offset: -1 }
    : { partition, offset: result.offset };
}
