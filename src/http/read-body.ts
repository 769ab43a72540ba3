import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { problem, shuttingDown } from './errors.ts';

/**
 * Reads no more than `maxBytes` of a body, and answers where it is longer, or where it ends early.
 * What is still on its way when the process has begun to finish is refused: nobody waits for it there.
 */
export function readBody(maxBytes: number, isFinishing: () => boolean): MiddlewareHandler {
  const limit = bodyLimit({
    maxSize: maxBytes,
    onError: (c) => problem(c, 'too-large', `A body may have ${maxBytes} bytes at most`),
  });
  return async (c, next) => {
    let isRead = false;
    try {
      return await limit(c, async () => {
        // Where its length is stated, it is read only now.
        await c.req.arrayBuffer();
        isRead = true;
        if (isFinishing()) c.res = shuttingDown(c);
        else await next();
      });
    } catch (error) {
      if (isRead) throw error;
      // Some runtimes cut a body off when they stop.
      if (isFinishing()) return shuttingDown(c);
      // The client is gone, or lost its way: no fault of the service.
      return problem(c, 'cut-off', 'Send the whole body');
    }
  };
}
