import { Hono } from 'hono';
import { respond } from '../answer.ts';
import type { SenderEnv } from '../auth/authenticated.ts';
import type { Phase } from '../phase.ts';
import type { PostRaw } from '../post-raw.ts';
import { postedOf } from '../posted.ts';
import { allowOnly } from '../problem-response.ts';
import { type BodyEnv, readBody } from '../read-body.ts';

export interface RawDeps {
  readonly postRaw: PostRaw;
  readonly maxBodyBytes: number;
  readonly phase: () => Phase;
}

const PATH = '/v1/topics/:topic/raw';

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
