import { type Context, Hono } from 'hono';
import { respond } from '../answer.ts';
import type { SenderEnv } from '../auth/authenticated.ts';
import { KAFKA_AWAY, PARTITION_NOT_FOUND, TOPIC_NOT_FOUND } from '../kafka-rest/errors.ts';
import type { TopicDirectory } from '../kafka-rest/topic-directory.ts';
import type { PostV2 } from '../kafka-rest/v2.ts';
import type { Phase } from '../phase.ts';
import { postedOf } from '../posted.ts';
import { OF_MESSAGES, ok, pathParameter, problems, TOPIC_PARAMETER } from '../openapi/responses.ts';
import { type Operation, type Paths } from '../openapi/types.ts';
import { allowOnly } from '../problem-response.ts';
import { type BodyEnv, readBody } from '../read-body.ts';

export interface KafkaRestV2Deps {
  readonly postV2: PostV2;
  readonly topicDirectory: TopicDirectory;
  readonly maxBodyBytes: number;
  readonly phase: () => Phase;
}

/** To clients of the REST family, Spillway is the one broker, and leads every partition. */
const BROKER = 0;
const PARTITION = /^\d{1,10}$/;
const TOPIC = '/topics/:topic';
const PARTITIONS = `${TOPIC}/partitions`;
const ONE_PARTITION = `${PARTITIONS}/:partition`;

const V2 = 'application/vnd.kafka.v2+json';
const ERRORS = problems([...OF_MESSAGES, 'not-found'], 'kafka-rest');
const RECORDS_SCHEMA = {
  type: 'object',
  required: ['records'],
  properties: {
    records: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        properties: { key: {}, value: {}, partition: { type: 'integer', minimum: 0 } },
      },
    },
  },
};
const OFFSETS = {
  type: 'object',
  required: ['offsets'],
  properties: {
    offsets: {
      type: 'array',
      items: {
        type: 'object',
        required: ['partition', 'offset', 'error_code', 'error'],
        properties: {
          partition: { type: ['integer', 'null'], description: '-1 of a queued record' },
          offset: { type: ['integer', 'null'], description: '-1 of a queued record' },
          error_code: { type: ['integer', 'null'] },
          error: { type: ['string', 'null'] },
        },
      },
    },
  },
};
const PARTITION_PARAMETER = pathParameter(
  'partition',
  'Number of a partition',
  { type: 'integer', minimum: 0 },
  '0',
);

const read = (
  summary: string,
  schema: object,
  ...parameters: Operation['parameters'] & object
): Operation => ({
  tags: ['Kafka REST'],
  summary,
  parameters,
  responses: { 200: ok({ ...schema }, 'Done', V2), ...ERRORS },
});
const produce = (...parameters: Operation['parameters'] & object): Operation => ({
  tags: ['Kafka REST'],
  summary: 'Produce records',
  description: 'The status is 200 if at least one record was accepted.',
  parameters,
  requestBody: {
    required: true,
    content: {
      'application/vnd.kafka.json.v2+json': {
        schema: RECORDS_SCHEMA,
        examples: { json: { value: { records: [{ key: 'customer-7', value: { total: 19.9 } }] } } },
      },
      'application/vnd.kafka.binary.v2+json': {
        schema: RECORDS_SCHEMA,
        examples: { binary: { value: { records: [{ key: 'a2V5', value: 'AAEC' }] } } },
      },
    },
  },
  responses: { 200: ok(OFFSETS, 'Each record has its place or its error', V2), ...ERRORS },
});

export const kafkaRestV2Paths: Paths = {
  '/topics': { get: read('List the topics', { type: 'array', items: { type: 'string' } }) },
  '/topics/{topic}': {
    get: read('Describe a topic', { type: 'object' }, TOPIC_PARAMETER),
    post: produce(TOPIC_PARAMETER),
  },
  '/topics/{topic}/partitions': {
    get: read('List the partitions of a topic', { type: 'array' }, TOPIC_PARAMETER),
  },
  '/topics/{topic}/partitions/{partition}': {
    get: read('Describe a partition', { type: 'object' }, TOPIC_PARAMETER, PARTITION_PARAMETER),
    post: produce(TOPIC_PARAMETER, PARTITION_PARAMETER),
  },
  '/brokers': { get: read('List the brokers, of which Spillway shows one', { type: 'object' }) },
};

/** API v2 of the Kafka REST family, as far as it produces: records, topics and partitions. */
export function kafkaRestV2Routes(deps: KafkaRestV2Deps): Hono<SenderEnv & BodyEnv> {
  const { postV2, topicDirectory, maxBodyBytes, phase } = deps;
  const app = new Hono<SenderEnv & BodyEnv>();
  const readWhole = readBody(maxBodyBytes, () => phase() === 'finishing');
  app.get('/topics', async (c) => {
    const topics = await topicDirectory.list();
    return topics ? c.json(topics) : respond(c, KAFKA_AWAY);
  });
  app.get('/brokers', (c) => c.json({ brokers: [BROKER] }));
  app.get(TOPIC, (c) =>
    describe(c, c.req.param('topic'), topicDirectory, (partitions) =>
      c.json({ name: c.req.param('topic'), configs: {}, partitions }),
    ),
  );
  app.get(PARTITIONS, (c) =>
    describe(c, c.req.param('topic'), topicDirectory, (partitions) => c.json(partitions)),
  );
  app.get(ONE_PARTITION, (c) =>
    describe(c, c.req.param('topic'), topicDirectory, (partitions) => {
      const found = partitions.find(({ partition }) => String(partition) === c.req.param('partition'));
      return found ? c.json(found) : respond(c, PARTITION_NOT_FOUND);
    }),
  );
  app.post(TOPIC, readWhole, async (c) => {
    const answer = await postV2({ ...postedOf(c), topic: c.req.param('topic'), partition: undefined });
    return respond(c, answer);
  });
  app.post(ONE_PARTITION, readWhole, async (c) => {
    const partition = c.req.param('partition');
    if (!PARTITION.test(partition)) return respond(c, PARTITION_NOT_FOUND);
    return respond(
      c,
      await postV2({ ...postedOf(c), topic: c.req.param('topic'), partition: Number(partition) }),
    );
  });
  for (const path of ['/topics', '/brokers', PARTITIONS]) app.all(path, allowOnly('GET', 'HEAD'));
  for (const path of [TOPIC, ONE_PARTITION]) app.all(path, allowOnly('GET', 'HEAD', 'POST'));
  return app;
}

interface Partition {
  readonly partition: number;
  readonly leader: number;
  readonly replicas: readonly object[];
}

const REPLICAS = [{ broker: BROKER, leader: true, in_sync: true }];

async function describe(
  c: Context,
  topic: string,
  directory: TopicDirectory,
  answer: (partitions: readonly Partition[]) => Response,
): Promise<Response> {
  const view = await directory.find(topic);
  switch (view.kind) {
    case 'missing':
      return respond(c, TOPIC_NOT_FOUND);
    case 'away':
      return respond(c, KAFKA_AWAY);
    case 'topic':
      return answer(
        Array.from({ length: view.partitions ?? 0 }, (_, partition) => ({
          partition,
          leader: BROKER,
          replicas: REPLICAS,
        })),
      );
  }
}
