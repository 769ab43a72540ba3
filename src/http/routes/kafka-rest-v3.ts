import { Hono } from 'hono';
import { respond } from '../answer.ts';
import type { SenderEnv } from '../auth/authenticated.ts';
import { KAFKA_AWAY, TOPIC_NOT_FOUND } from '../kafka-rest/errors.ts';
import type { TopicDirectory } from '../kafka-rest/topic-directory.ts';
import type { PostV3 } from '../kafka-rest/v3.ts';
import type { Phase } from '../phase.ts';
import { postedOf } from '../posted.ts';
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
