import { type Message, recordHeaders } from '../../../message/message.ts';
import { base64, valueBase64, isPlace, membersOf, parse, splitObjects } from './json.ts';
import { type Ask, type Dialect, type Item, together } from './dialect.ts';
import { readJavaError } from './java-errors.ts';
import { checkPartitions } from './topics.ts';

const JSON_TYPE = 'application/json';
/** The last instant that a `Date` can hold, in milliseconds since the epoch. */
const LAST_MS = 8.64e15;

/** Dialect of Confluent's REST API v3, as in REST Proxy, Confluent Server and Confluent Cloud. */
export const confluentV3: Dialect = {
  carriesTombstones: true,
  carriesHeaders: true,
  basePath: {
    ask: get('/v3/clusters'),
    find(text) {
      const { data } = membersOf(parse(text));
      const { cluster_id: id } = membersOf(Array.isArray(data) ? data[0] : undefined);
      return typeof id === 'string' ? id : undefined;
    },
    of: (id) => `/v3/clusters/${encodeURIComponent(id)}`,
  },
  lots: (_, messages) => together(messages),
  encode: (message, partition) => JSON.stringify(recordOf(message, partition)),
  produce: (topic, records, basePath) => ({
    ...get(`${basePath}/topics/${encodeURIComponent(topic)}/records`),
    // Streaming mode: concatenated objects, not an array.
    post: { contentType: JSON_TYPE, body: records.join('\n') },
  }),
  read(text, count, status) {
    // Any other status means that nothing was written, and the body is one error for the request.
    if (status !== 200) return undefined;
    const reports = splitObjects(text);
    if (reports.length > count) return Array<Item>(count).fill(undefined);
    // Reports come in the order of the records: after a cut-off only the rest is in doubt.
    return reports.length > 0 ? reports.map(readReport) : undefined;
  },
  probe: (topic, basePath) => get(`${basePath}/topics/${encodeURIComponent(topic)}/partitions`),
  check: (_, text) => checkPartitions(membersOf(parse(text))['data']),
};

function get(path: string): Ask {
  return { path, accept: JSON_TYPE };
}

function recordOf(message: Message, partition: number | undefined) {
  const { key, timestamp } = message;
  const value = valueBase64(message);
  return {
    ...(partition === undefined ? {} : { partition_id: partition }),
    headers: Object.entries(recordHeaders(message)).map(([name, text]) => ({ name, value: base64(text) })),
    ...(key === null ? {} : { key: { type: 'BINARY', data: base64(key) } }),
    ...(value === null ? {} : { value: { type: 'BINARY', data: value } }),
    ...(timestamp <= LAST_MS ? { timestamp: new Date(timestamp).toISOString() } : {}),
  };
}

function readReport(text: string): Item {
  const { error_code: code, message, partition_id: partition, offset } = membersOf(parse(text));
  if (code !== 200) return readJavaError(code, message);
  if (!isPlace(partition) || !isPlace(offset)) return undefined;
  return { kind: 'published', partition, offset: String(offset) };
}
