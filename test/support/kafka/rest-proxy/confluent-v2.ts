import { confluentError } from './confluent.ts';
import { decode, type ProxyDialect, json } from './server.ts';
import { headersRefused, isProduce, recordsOf, wroteAll } from './v2-requests.ts';

const KNOWN = ['key', 'value', 'partition'];

/** Confluent's REST Proxy, API v2, by its source. */
export const confluentV2Proxy: ProxyDialect = async (asked, backend) => {
  const [, topic = ''] = asked.parts;
  if (isProduce(asked)) {
    const refused = headersRefused(asked);
    if (refused) return refused;
    const records = recordsOf(asked.body, KNOWN);
    if (!records) return json(422, { error_code: 422, message: 'Unrecognized field' });
    const results = await backend.write(
      topic,
      records.map(({ key, value, partition }) => ({
        key: key === undefined ? null : decode(key),
        value: decode(value),
        partition,
      })),
    );
    const reply = wroteAll(results, (error) => {
      const { code, text } = confluentError(error, topic, 'v2');
      return { partition: null, offset: null, error_code: code, error: text };
    });
    // The status tells of one record that was not allowed, whatever became of the others.
    return reply.body.includes('"error_code":40301') ? { ...reply, status: 403 } : reply;
  }
  if (asked.parts.join('/') !== `topics/${topic}/partitions`) return undefined;
  const count = await backend.partitionsOf(topic).catch(() => 'away' as const);
  if (count === 'away')
    return json(500, { error_code: 50_003, message: 'Timed out waiting for a node assignment.' });
  if (count === undefined)
    return json(404, { error_code: 404, message: 'Topic Optional.empty cannot be found.' });
  return json(
    200,
    Array.from({ length: count }, (_, partition) => ({ partition, leader: 0, replicas: [] })),
  );
};
