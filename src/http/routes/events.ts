import { Hono } from 'hono';
import { respond } from '../answer.ts';
import type { SenderEnv } from '../auth/authenticated.ts';
import { BATCHED, STRUCTURED } from '../ingress/cloudevents/structured.ts';
import type { Phase } from '../phase.ts';
import type { PostEvents } from '../post-events.ts';
import { postedOf } from '../posted.ts';
import { ACCEPTED, BATCH_ACCEPTED, OF_MESSAGES, problems, queryParameter } from '../openapi/responses.ts';
import { type Paths, ref } from '../openapi/types.ts';
import { allowOnly } from '../problem-response.ts';
import { type BodyEnv, readBody } from '../read-body.ts';

export interface EventsDeps {
  readonly postEvents: PostEvents;
  readonly maxBodyBytes: number;
  readonly phase: () => Phase;
}

const PATH = '/v1/events';

const EVENT = {
  specversion: '1.0',
  id: '1042',
  source: '/orders',
  type: 'order.paid',
  data: { total: 19.9 },
};

export const eventsPaths: Paths = {
  [PATH]: {
    post: {
      tags: ['CloudEvents'],
      summary: 'Send events',
      description:
        'In structured or batched mode as below. In binary mode the attributes are headers `ce-…`, and the body is the data. `source` and `id` together are the id of the message.',
      parameters: [queryParameter('topic', 'Topic of Kafka', ref('Topic'))],
      requestBody: {
        required: true,
        content: {
          [STRUCTURED]: { schema: ref('CloudEvent'), examples: { one: { value: EVENT } } },
          [BATCHED]: {
            schema: { type: 'array', items: ref('CloudEvent') },
            examples: { two: { value: [EVENT, { ...EVENT, id: '1043' }] } },
          },
        },
      },
      responses: {
        ...BATCH_ACCEPTED,
        202: {
          ...ACCEPTED,
          description: 'The events were accepted. Batched ones have the answer of a batch',
          content: { 'application/json': { schema: { anyOf: [ref('Receipt'), ref('Batch')] } } },
        },
        ...problems(OF_MESSAGES),
      },
    },
  },
};

/** `POST /v1/events` accepts CloudEvents. */
export function eventsRoutes({ postEvents, maxBodyBytes, phase }: EventsDeps) {
  const app = new Hono<SenderEnv & BodyEnv>();
  app.post(
    PATH,
    readBody(maxBodyBytes, () => phase() === 'finishing'),
    async (c) => {
      const query = new URL(c.req.url).searchParams;
      return respond(c, await postEvents({ ...postedOf(c), query, headers: c.req.raw.headers }));
    },
  );
  app.all(PATH, allowOnly('POST'));
  return app;
}
