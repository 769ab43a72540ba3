import { Hono } from 'hono';
import { respond } from '../answer.ts';
import type { SenderEnv } from '../auth/authenticated.ts';
import type { Phase } from '../phase.ts';
import type { PostRaw } from '../post-raw.ts';
import { postedOf } from '../posted.ts';
import {
  ACCEPTED,
  IDEMPOTENCY_KEY,
  OF_MESSAGES,
  problems,
  queryParameter,
  TOPIC_PARAMETER,
} from '../openapi/responses.ts';
import { type Paths } from '../openapi/types.ts';
import { allowOnly } from '../problem-response.ts';
import { type BodyEnv, readBody } from '../read-body.ts';

export interface RawDeps {
  readonly postRaw: PostRaw;
  readonly maxBodyBytes: number;
  readonly phase: () => Phase;
}

const PATH = '/v1/topics/:topic/raw';

export const rawPaths: Paths = {
  '/v1/topics/{topic}/raw': {
    post: {
      tags: ['Messages'],
      summary: 'Send a body as the value of a message, byte for byte',
      description: 'Its Content-Type becomes the header `content-type` of the record.',
      parameters: [
        TOPIC_PARAMETER,
        queryParameter('key', 'Key of the record'),
        queryParameter('id', 'Id of the message'),
        IDEMPOTENCY_KEY,
      ],
      requestBody: {
        required: true,
        content: {
          'application/octet-stream': { schema: {}, examples: { text: { value: 'any bytes' } } },
        },
      },
      responses: { 202: ACCEPTED, ...problems(OF_MESSAGES) },
    },
  },
};

/** `POST /v1/topics/{topic}/raw` accepts a body as it is: for webhooks, Avro, Protobuf and images. */
export function rawRoutes({ postRaw, maxBodyBytes, phase }: RawDeps) {
  const app = new Hono<SenderEnv & BodyEnv>();
  app.post(
    PATH,
    readBody(maxBodyBytes, () => phase() === 'finishing'),
    async (c) => {
      const answer = await postRaw({
        topic: c.req.param('topic'),
        query: new URL(c.req.url).searchParams,
        ...postedOf(c),
      });
      return respond(c, answer);
    },
  );
  app.all(PATH, allowOnly('POST'));
  return app;
}
