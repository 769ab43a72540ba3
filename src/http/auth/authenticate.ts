import { type ProblemCode } from '../problems.ts';
import type { KeyRing } from './key-ring.ts';
import { type Sender, senderAt } from './sender.ts';

/** Finds out who sends a request. */
export type Authenticate = (
  header: (name: string) => string | undefined,
  clientAddress: string | undefined,
) => { readonly kind: 'sender'; readonly sender: Sender } | Unauthorized;

/** A request without a good key. */
interface Unauthorized {
  readonly kind: 'unauthorized';
  readonly code: Extract<ProblemCode, 'unauthorized'>;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
}

const MISSING: Unauthorized = {
  kind: 'unauthorized',
  code: 'unauthorized',
  detail: 'Send your API key, in Authorization: Bearer or in X-API-Key',
  headers: { 'WWW-Authenticate': 'Bearer' },
};

/** RFC 6750, section 3.1. */
const WRONG: Unauthorized = {
  kind: 'unauthorized',
  code: 'unauthorized',
  detail: 'This API key is not known here: check that it is complete, and not withdrawn',
  headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
};

const BEARER = /^Bearer +(\S+) *$/i;

/**
 * Authenticates clients by `X-API-Key`, or else by `Authorization: Bearer` (RFC 6750). Without `keys` every client may
 * send, and is known by its address.
 */
export function createAuthenticate(keys: KeyRing | undefined): Authenticate {
  return (header, clientAddress) => {
    if (!keys) return { kind: 'sender', sender: senderAt(clientAddress) };
    const key = header('x-api-key') ?? BEARER.exec(header('authorization') ?? '')?.[1];
    if (key === undefined) return MISSING;
    const sender = keys.find(key);
    return sender ? { kind: 'sender', sender } : WRONG;
  };
}
