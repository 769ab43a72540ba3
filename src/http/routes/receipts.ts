import { Hono } from 'hono';
import type { Receipt } from '../../ports/receipts.ts';
import type { StoreReply } from '../../ports/store-reply.ts';
import { allowOnly, problem, retryAfter } from '../errors.ts';

export interface ReceiptsDeps {
  findReceipt: (id: string) => Promise<StoreReply<Receipt | undefined>>;
}

/** `GET /v1/messages/{id}`: what became of a message that was accepted a short while ago. */
export function receiptsRoutes({ findReceipt }: ReceiptsDeps): Hono {
  const app = new Hono();
  app.get('/v1/messages/:id', async (c) => {
    const id = c.req.param('id');
    const reply = await findReceipt(id);
    switch (reply.kind) {
      case 'done':
        return reply.value
          ? c.json(reply.value)
          : problem(c, 'not-found', 'No receipt: it was not accepted, is on its way, or is too long ago', {
              id,
            });
      // Not 404: that would say that the message is unknown, and someone might send it again.
      case 'failed':
      case 'refused':
        return problem(c, 'unavailable', 'The receipts are out of reach: ask again', {
          id,
          headers: retryAfter(reply.kind === 'refused' ? reply.retryInMs : 0),
        });
    }
  });
  app.all('/v1/messages/:id', allowOnly('GET', 'HEAD'));
  return app;
}
