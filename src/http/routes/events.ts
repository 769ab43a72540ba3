import { Hono } from 'hono';
import { respond } from '../answer.ts';
import type { SenderEnv } from '../auth/authenticated.ts';
import type { Phase } from '../phase.ts';
import type { PostEvents } from '../post-events.ts';
import { postedOf } from '../posted.ts';
import { allowOnly } from '../problem-response.ts';
import { type BodyEnv, readBody } from '../read-body.ts';

export interface EventsDeps {
  readonly postEvents: PostEvents;
  readonly maxBodyBytes: number;
  readonly phase: () => Phase;
}

const PATH = '/v1/events';

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
