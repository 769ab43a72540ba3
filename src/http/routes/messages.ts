import { Hono } from 'hono';
import { respond } from '../answer.ts';
import type { SenderEnv } from '../auth/authenticated.ts';
import { MAX_ITEMS } from '../ingress/batch.ts';
import { isStreamedBatch } from '../ingress/streamed.ts';
import type { Phase } from '../phase.ts';
import { MAX_LINES, type PostLines } from '../post-lines.ts';
import type { PostMessage } from '../post-message.ts';
import { postedOf, senderOf } from '../posted.ts';
import { ACCEPTED, BATCH_ACCEPTED, IDEMPOTENCY_KEY, OF_MESSAGES, problems } from '../openapi/responses.ts';
import { type Paths, ref } from '../openapi/types.ts';
import { allowOnly } from '../problem-response.ts';
import { type BodyEnv, readBody } from '../read-body.ts';

const NOT_GET = ['PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export interface MessagesDeps {
  readonly postMessage: PostMessage;
  readonly postBatch: PostMessage;
  readonly postLines: PostLines;
  readonly maxBodyBytes: number;
  readonly phase: () => Phase;
}

const MESSAGE = { value: { order: 1042, total: 19.9 }, key: 'customer-7', headers: { source: 'shop' } };
const LINES = '{"value": 1, "id": "line-1"}\n{"value": "a text", "encoding": "text"}\n';

export const messagesPaths: Paths = {
  '/v1/messages': {
    post: {
      tags: ['Messages'],
      summary: 'Send a message',
      parameters: [IDEMPOTENCY_KEY],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: ref('Message'),
            examples: {
              json: { value: MESSAGE },
              text: { value: { value: 'as it is', encoding: 'text' } },
              bytes: { value: { value: 'AAEC', encoding: 'base64' } },
              tombstone: { value: { value: null, encoding: 'text', key: 'customer-7' } },
            },
          },
        },
      },
      responses: { 202: ACCEPTED, ...problems(OF_MESSAGES) },
    },
  },
  '/v1/messages/batch': {
    post: {
      tags: ['Messages'],
      summary: 'Send many messages',
      description: 'Each has an outcome of its own, and a bad one costs its neighbours nothing.',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { type: 'array', items: ref('Message'), minItems: 1, maxItems: MAX_ITEMS },
            examples: { two: { value: [MESSAGE, { value: 2 }] } },
          },
          'application/x-ndjson': {
            schema: { type: 'string', description: `A message a line, ${MAX_LINES} at most` },
            examples: { two: { value: LINES } },
          },
        },
      },
      responses: { ...BATCH_ACCEPTED, ...problems(OF_MESSAGES) },
    },
  },
};

/** `POST /v1/messages` accepts one message, and `POST /v1/messages/batch` many. */
export function messagesRoutes({ postMessage, postBatch, postLines, maxBodyBytes, phase }: MessagesDeps) {
  const app = new Hono<SenderEnv & BodyEnv>();
  const readWhole = readBody(maxBodyBytes, () => phase() === 'finishing');
  const routes = { '/v1/messages': postMessage, '/v1/messages/batch': postBatch };
  app.post('/v1/messages/batch', async (c, next) => {
    const { body } = c.req.raw;
    const isTooLarge = Number(c.req.header('Content-Length') ?? 0) > maxBodyBytes;
    if (isTooLarge || !body || !isStreamedBatch((name) => c.req.header(name))) return next();
    return respond(c, await postLines(senderOf(c), body));
  });
  for (const [path, post] of Object.entries(routes)) {
    app.post(path, readWhole, async (c) => {
      return respond(c, await post(postedOf(c)));
    });
  }
  app.all('/v1/messages', allowOnly('POST'));
  // Where a message has this id, GET reads its receipt.
  app.on(NOT_GET, '/v1/messages/batch', allowOnly('GET', 'HEAD', 'POST'));
  return app;
}
