import { Hono } from 'hono';
import { respond } from '../answer.ts';
import type { SenderEnv } from '../auth/authenticated.ts';
import type { Phase } from '../phase.ts';
import type { PostMessage } from '../post-message.ts';
import { postedOf } from '../posted.ts';
import { allowOnly } from '../problem-response.ts';
import { type BodyEnv, readBody } from '../read-body.ts';

const NOT_GET = ['PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export interface MessagesDeps {
  readonly postMessage: PostMessage;
  readonly postBatch: PostMessage;
  readonly maxBodyBytes: number;
  readonly phase: () => Phase;
}

/** `POST /v1/messages` accepts one message, and `POST /v1/messages/batch` many. */
export function messagesRoutes({ postMessage, postBatch, maxBodyBytes, phase }: MessagesDeps) {
  const app = new Hono<SenderEnv & BodyEnv>();
  const readWhole = readBody(maxBodyBytes, () => phase() === 'finishing');
  const routes = { '/v1/messages': postMessage, '/v1/messages/batch': postBatch };
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
