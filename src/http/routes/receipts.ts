import { Hono } from 'hono';
import type { Receipt } from '../../ports/receipts.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import type { SenderEnv } from '../auth/authenticated.ts';
import { shorten } from '../../common/shorten.ts';
import { ok, pathParameter, problems } from '../openapi/responses.ts';
import { type Paths, ref } from '../openapi/types.ts';
import { allowOnly, problem } from '../problem-response.ts';
import { retryAfter } from '../problems.ts';

export interface ReceiptsDeps {
  /** `owner`: the name of the client's key. */
  findReceipt: (id: string, owner: string | undefined) => Promise<StoreReply<Receipt | undefined>>;
}

export const receiptsPaths: Paths = {
  '/v1/messages/{id}': {
    get: {
      tags: ['Messages'],
      summary: 'Read what became of a message',
      description:
        'Receipts are kept of queued messages and of those whose id the client chose, for DEDUP_TTL_SECONDS.',
      parameters: [
        pathParameter('id', 'Id of the message', { type: 'string', minLength: 1 }, 'order-1042-paid'),
      ],
      responses: { 200: ok(ref('Receipt'), 'The receipt'), ...problems(['unauthorized', 'not-found']) },
    },
  },
};

/** `GET /v1/messages/{id}`: the receipt of a message that was accepted within `DEDUP_TTL_SECONDS`. */
export function receiptsRoutes({ findReceipt }: ReceiptsDeps): Hono<SenderEnv> {
  const app = new Hono<SenderEnv>();
  app.get('/v1/messages/:id', async (c) => {
    const id = c.req.param('id');
    const reply = await findReceipt(id, c.get('sender').owner);
    switch (reply.kind) {
      case 'done':
        return reply.value
          ? c.json(reply.value)
          : problem(c, 'not-found', 'No receipt: the message was not accepted, is in flight, or is too old', {
              id: shorten(id),
            });
      // Not 404, which would mean that the message is unknown and make the client send it again.
      case 'failed':
      case 'refused':
        return problem(c, 'unavailable', 'The receipts are unavailable: try again', {
          id,
          headers: retryAfter(reply.kind === 'refused' ? reply.retryInMs : 0),
        });
    }
  });
  app.all('/v1/messages/:id', allowOnly('GET', 'HEAD'));
  return app;
}
