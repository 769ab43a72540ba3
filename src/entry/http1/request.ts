import type { Head } from './head.ts';
import type { Incoming } from './reader.ts';

/** `Request` of the web's API. A body that came in chunks has a length by now. */
export function toRequest({ head, body }: Incoming): Request {
  const { method, url, fields, length } = head;
  const headers = length === 'chunked' ? withLength(fields, body.length) : fields;
  // These two may not have one. Nothing here reads it.
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers });
  return new Request(url, { method, headers, body });
}

/** The same, whose body is still to come. */
export function toStreamedRequest({ method, url, fields }: Head, body: ReadableStream<Uint8Array>): Request {
  const headers = fields.filter(([name]) => name !== 'transfer-encoding');
  // Node asks for `duplex`, which is missing in the types of Bun.
  const init: RequestInit & { duplex: 'half' } = { method, headers, body, duplex: 'half' };
  return new Request(url, init);
}

function withLength(fields: Head['fields'], length: number): Head['fields'] {
  const others = fields.filter(([name]) => name !== 'transfer-encoding');
  return [...others, ['content-length', String(length)]];
}
