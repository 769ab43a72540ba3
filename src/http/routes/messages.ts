import { Hono } from 'hono';
import { respond } from '../answer.ts';
import type { ClientEnv } from '../client.ts';
import type { Phase } from '../phase.ts';
import type { PostMessage } from '../post-message.ts';
import { allowOnly } from '../problem-response.ts';
import { type BodyEnv, readBody } from '../read-body.ts';

export interface MessagesDeps {
  readonly postMessage: PostMessage;
  readonly maxBodyBytes: number;
  readonly phase: () => Phase;
}

/** `POST /v1/messages`: accepts one message. */
export function messagesRoutes({ postMessage, maxBodyBytes, phase }: MessagesDeps) {
  const app = new Hono<ClientEnv & BodyEnv>();
  const readWhole = readBody(maxBodyBytes, () => phase() === 'finishing');
  app.post('/v1/messages', readWhole, async (c) => {
    const answer = await postMessage({
      requestId: c.get('requestId'),
      body: c.get('body'),
      header: (name) => c.req.header(name),
      clientAddress: c.env?.clientAddress,
    });
    return respond(c, answer);
  });
  app.all('/v1/messages', allowOnly('POST'));
  return app;
}
