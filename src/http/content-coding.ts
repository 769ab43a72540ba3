import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

type Decode = (body: Uint8Array, options: { readonly maxOutputLength: number }) => Promise<Uint8Array>;

const gunzip: Decode = promisify(zlib.gunzip);

/** Decoders of a body, by their names in `Content-Encoding` (RFC 9110, section 8.4.1). Workers have no zstd. */
const DECODERS = new Map<string, Decode>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', promisify(zlib.inflate)],
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- its types are those of Node
  ...(zlib.zstdDecompress ? ([['zstd', promisify(zlib.zstdDecompress)]] as const) : []),
]);

const NAMES = [...DECODERS.keys()].filter((name) => name !== 'x-gzip');

/** How the body of a request is compressed. `unknown`: in a way, or in several ways, that nobody here decodes. */
export type CodingOf =
  | { readonly kind: 'none' | 'unknown' }
  | { readonly kind: 'coded'; readonly decode: Decode };

/** Reads the header `Content-Encoding`. */
export function codingOf(value: string | undefined): CodingOf {
  const name = (value ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return { kind: 'none' };
  const decode = DECODERS.get(name);
  return decode ? { kind: 'coded', decode } : { kind: 'unknown' };
}

/** What `Accept-Encoding` says of this in an answer (RFC 9110, section 12.5.3). */
export const ACCEPTED_CODINGS = [...NAMES, 'identity'].join(', ');
/** What a client is told of a coding that nobody here decodes. */
export const COMPRESS_OTHERWISE = `Compress the body by ${NAMES.slice(0, -1).join(', ')} or ${NAMES.at(-1)}, or not at all`;

export type Decoded =
  | { readonly kind: 'body'; readonly body: Uint8Array }
  | { readonly kind: 'too-large' | 'broken' };

/** Decompresses a body up to `maxBytes`. A bomb costs no more memory than that. */
export async function decompress(body: Uint8Array, decode: Decode, maxBytes: number): Promise<Decoded> {
  try {
    return { kind: 'body', body: await decode(body, { maxOutputLength: maxBytes }) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return { kind: code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'broken' };
  }
}
