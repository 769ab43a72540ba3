import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';

/** Decoders of a body, by their names in `Content-Encoding` (RFC 9110, section 8.4.1). */
const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
} as const;

type Coding = keyof typeof DECODERS;

/** How the body of a request is compressed. `unknown`: in a way, or in several ways, that nobody here decodes. */
export type CodingOf =
  | { readonly kind: 'none' | 'unknown' }
  | { readonly kind: 'coded'; readonly coding: Coding };

/** Reads the header `Content-Encoding`. */
export function codingOf(value: string | undefined): CodingOf {
  const name = (value ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return { kind: 'none' };
  return isCoding(name) ? { kind: 'coded', coding: name } : { kind: 'unknown' };
}

/** What `Accept-Encoding` says of this in an answer (RFC 9110, section 12.5.3). */
export const ACCEPTED_CODINGS = 'gzip, deflate, identity';

export type Decoded =
  | { readonly kind: 'body'; readonly body: Uint8Array }
  | { readonly kind: 'too-large' | 'broken' };

/** Decompresses a body up to `maxBytes`. A bomb costs no more memory than that. */
export async function decompress(body: Uint8Array, coding: Coding, maxBytes: number): Promise<Decoded> {
  try {
    return { kind: 'body', body: await DECODERS[coding](body, { maxOutputLength: maxBytes }) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return { kind: code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'broken' };
  }
}

function isCoding(name: string): name is Coding {
  return Object.hasOwn(DECODERS, name);
}
