import { type Fields, type Framing, parseFields } from './fields.ts';
import { type Refusal, refuse } from './refusal.ts';
import { type Scheme, urlOf } from './target.ts';

/** Head of a request (RFC 9112): its request line and its fields, checked. */
export interface Head {
  readonly method: string;
  /** Absolute URL: path and query are those of the request line, the host is that of the Host. */
  readonly url: string;
  readonly fields: Fields['list'];
  /** Bytes of the body, or `chunked`. */
  readonly length: number | 'chunked';
  /** The connection serves another request after this one. */
  readonly keepsAlive: boolean;
  readonly isHttp10: boolean;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly awaitsContinue: boolean;
}

const REQUEST_LINE = /^([A-Z]+) ([!-~]+) HTTP\/(\d)\.(\d)$/;
/** Bun's `Request` makes a GET of others. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Methods that HTTP has, and no path here. */
const NOWHERE = new Set(['TRACE', 'CONNECT', 'QUERY']);

/** Parses a head, without the empty line at its end. Each byte is one character (Latin 1). */
export function parseHead(text: string, scheme: Scheme): Head | Refusal {
  const lineEnd = text.indexOf('\r\n');
  const line = REQUEST_LINE.exec(lineEnd < 0 ? text : text.slice(0, lineEnd));
  if (!line) return refuse('malformed', 'Send a request line, as in POST /v1/messages HTTP/1.1');
  const [, method = '', target = '', major, minor] = line;
  if (major !== '1') return refuse('version-not-supported', 'Use HTTP/1.1');
  if (NOWHERE.has(method)) return refuse('method-not-allowed', 'Use another method');
  if (!METHODS.has(method)) return refuse('not-implemented', 'The method is not supported');
  const fields = parseFields(text, lineEnd < 0 ? text.length : lineEnd + 2);
  if ('kind' in fields) return fields;
  const { framing } = fields;
  const isHttp10 = minor === '0';
  const url = urlOf(target, framing.hosts, isHttp10, scheme);
  if (typeof url !== 'string') return url;
  const length = lengthOf(framing, isHttp10);
  if (typeof length === 'object') return length;
  const expectation = framing.expect.toLowerCase();
  if (expectation !== '' && expectation !== '100-continue')
    return refuse('expectation-failed', 'Expect nothing, or 100-continue');
  return {
    method,
    url,
    fields: fields.list,
    length,
    keepsAlive: keepsAlive(framing.connection, isHttp10),
    isHttp10,
    awaitsContinue: expectation !== '' && !isHttp10,
  };
}

/**
 * Length of the body. What two parsers could read in two ways is refused, since a proxy may have read it in
 * the other one (request smuggling).
 */
function lengthOf({ codings, lengths }: Framing, isHttp10: boolean): Head['length'] | Refusal {
  if (codings.length > 0) {
    if (isHttp10) return refuse('malformed', 'Send no Transfer-Encoding with HTTP/1.0');
    if (lengths.length > 0)
      return refuse('malformed', 'Send a Content-Length or a Transfer-Encoding, and not both');
    if (codings.join().toLowerCase() === 'chunked') return 'chunked';
    return refuse('not-implemented', 'Send the body chunked, or with a Content-Length');
  }
  const [length] = lengths;
  if (length === undefined) return 0;
  if (lengths.length > 1 || !/^\d{1,15}$/.test(length))
    return refuse('malformed', 'Send one Content-Length, in digits');
  return Number(length);
}

function keepsAlive(options: string, isHttp10: boolean): boolean {
  if (options === '') return !isHttp10;
  const tokens = new Set(options.toLowerCase().split(/[ \t]*,[ \t]*/));
  return !tokens.has('close') && (!isHttp10 || tokens.has('keep-alive'));
}
