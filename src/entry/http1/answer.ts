import { STATUS_CODES } from 'node:http';
import type { Answer } from '../../http/answer.ts';
import type { Head } from './head.ts';

/** Answer to be sent. Without a body it is that of a HEAD request, which may state a length. */
export interface Outgoing extends Pick<Answer, 'status' | 'headers'> {
  readonly body: string | Uint8Array | undefined;
}

/** Fields of the connection, which are the server's own. */
const OF_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date']);
const WITHOUT_BODY = new Set([204, 304]);

/** What a `Response` holds, once it is complete. */
export async function outgoing(response: Response, { method }: Head): Promise<Outgoing> {
  const headers: Record<string, string> = {};
  response.headers.forEach((value, name) => (headers[name] = value));
  const body = method === 'HEAD' ? undefined : new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers, body };
}

/** Whether the app asks for the end of the connection. */
export function asksToClose({ headers }: Outgoing): boolean {
  return (headers['Connection'] ?? headers['connection']) === 'close';
}

/**
 * Serialises an answer to a request; to one that was refused if `head` is undefined. Fields are ASCII, as all of
 * this service's are.
 */
export function serialise(
  { status, headers, body }: Outgoing,
  wallTime: number,
  head: Head | undefined,
  closes: boolean,
): Buffer {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (const name in headers) {
    const written = writtenName(name);
    if (written !== undefined) text += `${written}: ${headers[name]}\r\n`;
  }
  const length = body === undefined ? headers['content-length'] : Buffer.byteLength(body);
  if (length !== undefined && !WITHOUT_BODY.has(status)) text += `Content-Length: ${length}\r\n`;
  text += `Date: ${dateOf(wallTime)}\r\n`;
  if (closes) text += 'Connection: close\r\n';
  else if (head?.isHttp10) text += 'Connection: keep-alive\r\n';
  text += '\r\n';
  if (body === undefined || typeof body === 'string') return Buffer.from(text + (body ?? ''));
  return Buffer.concat([Buffer.from(text), body]);
}

/** Names of fields as they are written, by how the app calls them: they are few. Undefined: not the app's to set. */
const names = new Map<string, string | undefined>([
  ['ratelimit', 'RateLimit'],
  ['ratelimit-policy', 'RateLimit-Policy'],
  ['www-authenticate', 'WWW-Authenticate'],
]);

/** `Headers` has names in lower case, and people search answers for `X-Fallback-Mode`. */
function writtenName(name: string): string | undefined {
  const known = names.get(name);
  if (known !== undefined || names.has(name)) return known;
  const isOurs = !OF_CONNECTION.has(name.toLowerCase());
  const written = isOurs ? name.replaceAll(/(?<![a-z])[a-z]/gi, (letter) => letter.toUpperCase()) : undefined;
  names.set(name, written);
  return written;
}

let second = 0;
let date = '';

/** Value of the Date header, made once a second. */
function dateOf(wallTime: number): string {
  const now = Math.floor(wallTime / 1000);
  if (now !== second) {
    second = now;
    date = new Date(1000 * now).toUTCString();
  }
  return date;
}
