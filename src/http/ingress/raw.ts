import { Buffer } from 'node:buffer';
import type { FieldError } from '../../message/field-errors.ts';
import { parameterErrors } from './parameters.ts';

/** A request whose body is the value of a message as it stands. */
export interface RawRequest {
  readonly topic: string;
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

/** A message in the form that clients write as JSON, or what is wrong with the parameters. */
export type RawMessage =
  | { readonly kind: 'json'; readonly json: string }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

/** Puts the parts of a request in their places. The bytes travel as base64, as the list holds text. */
export function rawMessage({ topic, query, contentType, body }: RawRequest): RawMessage {
  const errors = parameterErrors(query, ['key', 'id']);
  if (errors.length > 0) return { kind: 'invalid', errors };
  const json = JSON.stringify({
    id: query.get('id') ?? undefined,
    topic,
    key: query.get('key'),
    headers: contentType === undefined ? {} : { 'content-type': contentType },
    encoding: 'base64',
    value: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
  });
  return { kind: 'json', json };
}
