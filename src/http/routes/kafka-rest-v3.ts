import { Hono } from 'hono';
import { respond } from '../answer.ts';
import type { SenderEnv } from '../auth/authenticated.ts';
import { KAFKA_AWAY, TOPIC_NOT_FOUND } from '../kafka-rest/errors.ts';
import type { TopicDirectory } from '../kafka-rest/topic-directory.ts';
import type { PostV3 } from '../kafka-rest/v3.ts';
import type { Phase } from '../phase.ts';
import { postedOf } from '../posted.ts';
import { OF_MESSAGES, ok, pathParameter, problems, TOPIC_PARAMETER } from '../openapi/responses.ts';
import { type Operation, type Paths } from '../openapi/types.ts';
import { allowOnly } from '../problem-response.ts';
import { type BodyEnv, readBody } from '../read-body.ts';

export interface KafkaRestV3Deps {
  readonly postV3: PostV3;
  readonly postV3Batch: PostV3;
  readonly topicDirectory: TopicDirectory;
  readonly maxBodyBytes: number;
  readonly phase: () => Phase;
}

/** Id of the cluster that clients find. In a path any id is taken: a client may have one of before. */
const CLUSTER = 'spillway';
const CLUSTERS = '/v3/clusters';
const PARTITIONS = `${CLUSTERS}/:cluster/topics/:topic/partitions`;
const RECORDS = `${CLUSTERS}/:cluster/topics/:topic/records`;

const ERRORS = problems([...OF_MESSAGES, 'not-found'], 'kafka-rest');
const CLUSTER_PARAMETER = pathParameter('cluster', 'Any id', { type: 'string', minLength: 1 }, CLUSTER);
const object = { type: 'object' };
const VALUE = { type: 'JSON', data: { total: 19.9 } };

const operation = (summary: string, over: Partial<Operation> = {}): Operation => ({
  tags: ['Kafka REST'],
  summary,
  parameters: [CLUSTER_PARAMETER],
  responses: { 200: ok(object, 'Done'), ...ERRORS },
  ...over,
});
const produce = (summary: string, status: number, example: object): Operation =>
  operation(summary, {
    parameters: [CLUSTER_PARAMETER, TOPIC_PARAMETER],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: object, examples: { json: { value: example } } } },
    },
    responses: { ...ERRORS, [status]: ok(object, 'Each record has its place or its error') },
  });

export const kafkaRestV3Paths: Paths = {
  [CLUSTERS]: { get: operation('List the clusters, of which there is one', { parameters: [] }) },
  [`${CLUSTERS}/{cluster}`]: { get: operation('Describe the cluster') },
  [`${CLUSTERS}/{cluster}/topics/{topic}/partitions`]: {
    get: operation('List the partitions of a topic', { parameters: [CLUSTER_PARAMETER, TOPIC_PARAMETER] }),
  },
  [`${CLUSTERS}/{cluster}/topics/{topic}/records`]: {
    post: produce('Produce a record, or several one behind the other', 200, { value: VALUE }),
  },
  [`${CLUSTERS}/{cluster}/topics/{topic}/records:batch`]: {
    post: produce('Produce a batch of records', 207, { entries: [{ id: '1', value: VALUE }] }),
  },
};

/** API v3 of Confluent's REST Proxy, as far as it produces. */
export function kafkaRestV3Routes({
  postV3,
  postV3Batch,
  topicDirectory,
  maxBodyBytes,
  phase,
}: KafkaRestV3Deps) {
  const app = new Hono<SenderEnv & BodyEnv>();
  const readWhole = readBody(maxBodyBytes, () => phase() === 'finishing');
  app.get(CLUSTERS, (c) => {
    const self = new URL(c.req.url).origin + CLUSTERS;
    return c.json({
      kind: 'KafkaClusterList',
      metadata: { self, next: null },
      data: [describe(self, CLUSTER)],
    });
  });
  app.get(`${CLUSTERS}/:cluster`, (c) =>
    c.json(describe(new URL(c.req.url).origin + CLUSTERS, c.req.param('cluster'))),
  );
  app.get(PARTITIONS, async (c) => {
    const { cluster, topic } = c.req.param();
    const view = await topicDirectory.find(topic);
    if (view.kind === 'missing') return respond(c, TOPIC_NOT_FOUND);
    if (view.kind !== 'topic') return respond(c, KAFKA_AWAY);
    const data = Array.from({ length: view.partitions ?? 0 }, (_, partition) => ({
      kind: 'KafkaPartition',
      cluster_id: cluster,
      topic_name: topic,
      partition_id: partition,
    }));
    return c.json({ kind: 'KafkaPartitionList', metadata: { self: c.req.url, next: null }, data });
  });
  app.all(PARTITIONS, allowOnly('GET', 'HEAD'));
  for (const [path, post] of [
    [RECORDS, postV3],
    [`${RECORDS}:batch`, postV3Batch],
  ] as const) {
    app.post(path, readWhole, async (c) => {
      const { cluster = '', topic = '' } = c.req.param() as { cluster?: string; topic?: string };
      return respond(c, await post({ ...postedOf(c), cluster, topic }));
    });
    app.all(path, allowOnly('POST'));
  }
  for (const path of [CLUSTERS, `${CLUSTERS}/:cluster`]) app.all(path, allowOnly('GET', 'HEAD'));
  return app;
}

function describe(clusters: string, cluster: string) {
  const self = `${clusters}/${encodeURIComponent(cluster)}`;
  return {
    kind: 'KafkaCluster',
    metadata: { self, resource_name: `crn:///kafka=${cluster}` },
    cluster_id: cluster,
    topics: { related: `${self}/topics` },
  };
}
