import { type Dialect, together } from './dialect.ts';
import { parse } from './json.ts';
import { checkPartitions } from './topics.ts';
import { get, produceV2, readV2, recordOf } from './v2.ts';

/** Dialect of Confluent's REST Proxy, API v2. */
export const confluentV2: Dialect = {
  carriesTombstones: false,
  carriesHeaders: false,
  lots: (_, messages) => together(messages),
  encode: (message, partition) => JSON.stringify(recordOf(message, partition)),
  produce: produceV2,
  read: readV2,
  probe: (topic) => get(`/topics/${encodeURIComponent(topic)}/partitions`),
  check: (_, text) => checkPartitions(parse(text)),
};
