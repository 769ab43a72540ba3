import { codingOf } from '../content-coding.ts';
import { mediaTypeOf } from '../media.ts';
import { type PlainHead, valueOf } from '../plain-head.ts';

/** Bytes up to which a body of a stated length is read whole: that costs less than a stream. */
const WHOLE_BYTES = 262_144;
export const NDJSON = 'application/x-ndjson';

const PATH = /^https?:\/\/[^/]*\/v1\/messages\/batch(?:\?|$)/;

/** Whether the body of a batch is read as a stream: lines that are not compressed, and may be many. */
export function isStreamedBatch(header: (name: string) => string | undefined): boolean {
  if (mediaTypeOf(header) !== NDJSON || codingOf(header('content-encoding')).kind !== 'none') return false;
  const length = header('content-length');
  return length === undefined || Number(length) > WHOLE_BYTES;
}

/** Whether the app wants a request before its body has arrived. */
export function wantsStream({ method, url, fields }: PlainHead): boolean {
  return method === 'POST' && PATH.test(url) && isStreamedBatch((name) => valueOf(fields, name));
}
