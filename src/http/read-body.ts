import type { MiddlewareHandler } from 'hono';
import {
  ACCEPTED_CODINGS,
  COMPRESS_OTHERWISE,
  codingOf,
  type CodingOf,
  type Decoded,
  decompress,
} from './content-coding.ts';
import { problem, shuttingDown } from './problem-response.ts';

/** Hono environment of routes behind `readBody`. */
export interface BodyEnv {
  Variables: { readonly body: Uint8Array };
}

/**
 * Middleware that reads a body up to `maxBytes`, and decompresses it up to that, with a problem for one that is
 * longer or ends early. A body that is still arriving when the process begins to finish is refused, as the
 * process does not wait for its message.
 */
export function readBody(maxBytes: number, isFinishing: () => boolean): MiddlewareHandler<BodyEnv> {
  return async (c, next) => {
    const tooLarge = () => problem(c, 'too-large', `A body may have ${maxBytes} bytes at most`);
    const coding = codingOf(c.req.header('Content-Encoding'));
    if (coding.kind === 'unknown')
      return problem(c, 'unsupported-media-type', COMPRESS_OTHERWISE, {
        headers: { 'Accept-Encoding': ACCEPTED_CODINGS },
      });
    const { raw } = c.req;
    const stated = raw.headers.get('Content-Length');
    if (stated !== null && Number(stated) > maxBytes) return tooLarge();
    let body: Uint8Array | undefined;
    try {
      body = stated === null ? await readUpTo(maxBytes, raw.body) : new Uint8Array(await raw.arrayBuffer());
    } catch {
      // Some runtimes cut bodies off when they stop. Else the client disconnected, or sent a malformed body.
      return isFinishing() ? shuttingDown(c) : problem(c, 'cut-off', 'Send the whole body');
    }
    if (!body) return tooLarge();
    if (isFinishing()) return shuttingDown(c);
    const decoded = await decode(body, coding, maxBytes);
    switch (decoded.kind) {
      case 'too-large':
        return problem(c, 'too-large', `A body may have ${maxBytes} bytes at most, decompressed`);
      case 'broken':
        return problem(c, 'malformed', 'The body is not what Content-Encoding says');
      case 'body':
        c.set('body', decoded.body);
        return isFinishing() ? shuttingDown(c) : next();
    }
  };
}

function decode(body: Uint8Array, coding: CodingOf, maxBytes: number): Decoded | Promise<Decoded> {
  return coding.kind === 'coded' ? decompress(body, coding.decode, maxBytes) : { kind: 'body', body };
}

/** A body without a stated length; undefined if it is longer than `maxBytes`. */
async function readUpTo(maxBytes: number, stream: Request['body']): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the stream.
  for await (const part of stream ?? []) {
    parts.push(part);
    bytes += part.length;
    if (bytes > maxBytes) return undefined;
  }
  const body = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}
