import type { Written } from './backend.ts';
import { type Asked, json, type Reply } from './server.ts';

export interface V2Record {
  readonly key?: unknown;
  readonly value?: unknown;
  readonly partition?: number;
  readonly timestamp?: number;
  readonly headers?: readonly { readonly key: string; readonly value: string }[];
}

export function isProduce({ method, parts }: Asked): boolean {
  return method === 'POST' && parts[0] === 'topics' && parts.length === 2;
}

/** What all of the family refuse before they write anything. */
export function headersRefused({ headers }: Asked): Reply | undefined {
  const { accept, 'content-type': contentType } = headers;
  if (contentType !== 'application/vnd.kafka.binary.v2+json')
    return json(415, { error_code: 415, message: 'HTTP 415 Unsupported Media Type' });
  if (accept !== 'application/vnd.kafka.v2+json')
    return json(406, { error_code: 406, message: 'HTTP 406 Not Acceptable' });
  return undefined;
}

/** The records of a request; undefined where a member is none of `known`, or null. */
export function recordsOf(body: string, known: readonly string[]): readonly V2Record[] | undefined {
  const { records } = JSON.parse(body) as { records: readonly V2Record[] };
  const isKnown = (record: V2Record) =>
    Object.entries(record).every(([name, value]) => known.includes(name) && value !== null);
  return records.every(isKnown) ? records : undefined;
}

export const wroteAll = (results: readonly Written[], fail: (error: string) => object): Reply =>
  json(200, { offsets: results.map((result) => ('error' in result ? fail(result.error) : result)) });
