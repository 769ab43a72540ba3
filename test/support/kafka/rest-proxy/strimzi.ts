import { decode, type ProxyDialect, json } from './server.ts';
import { javaText } from './java-texts.ts';
import { headersRefused, isProduce, recordsOf, wroteAll } from './v2-requests.ts';

const KNOWN = ['key', 'value', 'partition', 'timestamp', 'headers'];

/** Strimzi's Kafka Bridge, by its source and its OpenAPI document. */
export const strimziProxy: ProxyDialect = async (asked, backend) => {
  const [, topic = ''] = asked.parts;
  if (isProduce(asked)) {
    const refused = headersRefused(asked);
    if (refused) return refused;
    const records = recordsOf(asked.body, KNOWN);
    if (!records)
      return json(400, { error_code: 400, message: 'Validation error on: Schema validation error' });
    const results = await backend.write(
      topic,
      records.map(({ key, value, partition, timestamp, headers = [] }) => ({
        key: key === undefined ? null : decode(key),
        value: decode(value),
        partition,
        timestamp,
        headers: Object.fromEntries(headers.map((header) => [header.key, decode(header.value)])),
      })),
    );
    return wroteAll(results, (error) => ({
      error_code: error === 'UNKNOWN_TOPIC_OR_PARTITION' ? 404 : 500,
      message: javaText(error, topic),
    }));
  }
  if (asked.parts.join('/') !== `topics/${topic}/partitions`) return undefined;
  const count = await backend.partitionsOf(topic).catch(() => 'away' as const);
  if (count === 'away')
    return json(500, { error_code: 500, message: 'Timed out waiting for a node assignment.' });
  if (count === undefined)
    return json(404, { error_code: 404, message: 'This server does not host this topic-partition.' });
  return json(
    200,
    Array.from({ length: count }, (_, partition) => ({ partition, leader: 0, replicas: [] })),
  );
};
