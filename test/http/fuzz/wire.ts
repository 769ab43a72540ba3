import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import type { Form, Spoil, Written } from './form.ts';
import { BODY_MAX_BYTES } from './model.ts';

/** How a request travels. */
export interface Travel {
  readonly isGzipped: boolean;
  /** How it is spoilt as a whole. `coding`: the body is not what `Content-Encoding` says. */
  readonly spoil: Spoil | 'coding' | undefined;
}

interface OnTheWire {
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Status of a request that is refused as a whole. */
  readonly problem: number | undefined;
}

/** Puts a request on the wire: compresses it, or spoils it where its form can tell. */
export function onTheWire(form: Form, { headers, body }: Written, { isGzipped, spoil }: Travel): OnTheWire {
  if (spoil === 'coding') {
    const problem = body.length > BODY_MAX_BYTES ? 413 : 400;
    return { headers: { ...headers, 'Content-Encoding': 'gzip' }, body: Buffer.from(body), problem };
  }
  const spoilt = spoil && form.spoils.includes(spoil) ? spoil : undefined;
  const bytes = bytesOf(body, spoilt);
  const sent = isGzipped ? Buffer.from(gzipSync(bytes)) : bytes;
  const isTooLarge = Math.max(bytes.length, sent.length) > BODY_MAX_BYTES;
  const statuses = { cut: 400, 'utf-8': 400, type: 415 } as const;
  return {
    headers: {
      ...headers,
      ...(spoilt === 'type' && { 'Content-Type': 'text/plain' }),
      ...(isGzipped && { 'Content-Encoding': 'gzip' }),
    },
    body: sent,
    problem: isTooLarge ? 413 : spoilt && statuses[spoilt],
  };
}

function bytesOf(body: Uint8Array, spoilt: Spoil | undefined): Buffer<ArrayBuffer> {
  const text = Buffer.from(body);
  switch (spoilt) {
    case 'cut':
      return Buffer.from(text.toString().trimEnd().slice(0, -1));
    case 'utf-8':
      return Buffer.concat([text, Uint8Array.of(255)]);
    case 'type':
    case undefined:
      return text;
  }
}
