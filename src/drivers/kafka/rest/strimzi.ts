import { recordHeaders } from '../../../message/message.ts';
import { base64, parse } from './json.ts';
import { type Dialect, together } from './dialect.ts';
import { checkPartitions } from './topics.ts';
import { get, produceV2, readV2, recordOf } from './v2.ts';

/** Dialect of Strimzi's Kafka Bridge. */
export const strimzi: Dialect = {
  carriesTombstones: false,
  carriesHeaders: true,
  lots: (_, messages) => together(messages),
  encode(message, partition) {
    const headers = Object.entries(recordHeaders(message)).map(([key, value]) => ({
      key,
      value: base64(value),
    }));
    return JSON.stringify({ ...recordOf(message, partition), timestamp: message.timestamp, headers });
  },
  produce: produceV2,
  read: readV2,
  probe: (topic) => get(`/topics/${encodeURIComponent(topic)}/partitions`),
  check: (_, text) => checkPartitions(parse(text)),
};
