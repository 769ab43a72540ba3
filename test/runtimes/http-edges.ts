import { rawRequest } from '../support/http/raw.ts';

/** What a server makes of raw bytes: the status codes of its answers, and whether the connection lives on. */
export interface Edge {
  readonly sent: string;
  readonly statuses: readonly number[];
  readonly connection: 'kept' | 'closed';
}

const BODY = '{"value":1}';
const POST = 'POST /v1/messages HTTP/1.1';
const LIVE = 'GET /health/live HTTP/1.1';
const good = (fields = '') => rawRequest(POST, { body: BODY, fields });
const live = (fields = '') => rawRequest(LIVE, { fields });
const chunked = (chunks: string, line = POST, fields = '') =>
  rawRequest(line, {
    fields: `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n${fields}`,
  }) + chunks;
const CHUNKS = '5\r\n{"val\r\n6\r\nue":1}\r\n0\r\n';

const edge = (
  sent: string,
  statuses: number | readonly number[],
  connection: Edge['connection'] = 'closed',
): Edge => ({
  sent,
  statuses: typeof statuses === 'number' ? [statuses] : statuses,
  connection,
});
/** A message to a path that does not exist: no Host may make one of it that does. */
const toNowhere = (host: string) =>
  edge(rawRequest('POST /nowhere HTTP/1.1', { body: BODY, host: `Host: ${host}\r\n` }), 400);
const get = (target: string, status: number, connection: Edge['connection'] = 'closed') =>
  edge(rawRequest(`GET ${target} HTTP/1.1`), status, connection);

/** HTTP edges, the same on every runtime with sockets. */
export const EDGES: Readonly<Record<string, Edge>> = {
  'Host with a path': toNowhere('a/v1/messages#'),
  'Host with a query': toNowhere('a?'),
  'Host with a user': toNowhere('u@a'),
  'Host with a space': toNowhere('a b'),
  'Host with a backslash': toNowhere('a\\b'),
  'Host with an escape': toNowhere('a%2fb'),
  'Host with a port that is none': toNowhere('a:99999'),
  'Host that is an address and is none': toNowhere('1.2.3.999'),
  'Host that is not ASCII': toNowhere('\xe4'),
  'Host that is empty': toNowhere(''),
  'two Hosts': edge(rawRequest(POST, { body: BODY, host: 'Host: a\r\nHost: b\r\n' }), 400),
  'the same Host twice': edge(rawRequest(POST, { body: BODY, host: 'Host: a\r\nHost: a\r\n' }), 400),
  'no Host': edge(rawRequest(POST, { body: BODY, host: '' }), 400),
  'Host of IPv6 with a port': edge(rawRequest(LIVE, { host: 'Host: [::1]:8000\r\n' }), 200, 'kept'),
  'Host with an underscore': edge(rawRequest(LIVE, { host: 'Host: a_b:80\r\n' }), 200, 'kept'),
  'HTTP/1.0 without a Host': edge(rawRequest('GET /health/live HTTP/1.0', { host: '' }), 200),
  'HTTP/1.0 with keep-alive': edge(
    rawRequest('GET /health/live HTTP/1.0', { fields: 'Connection: keep-alive\r\n' }),
    200,
    'kept',
  ),
  'HTTP/1.0 with a Transfer-Encoding': edge(
    chunked(`${CHUNKS}\r\n`, 'POST /v1/messages HTTP/1.0', 'Connection: keep-alive\r\n') + live(),
    400,
  ),
  'an absolute URL': edge(rawRequest('GET http://b/health/live HTTP/1.1'), 200, 'kept'),
  'an absolute URL with a host that is none': get('http://b:99999/health/live', 400),
  'a path that begins with //': get('//health/live', 404, 'kept'),
  'a path with dots': get('/x/../health/live', 400),
  'a path with dots that are escaped': get('/x/%2E%2e/health/live', 400),
  'a path with a backslash': get('/x\\..\\health/live', 400),
  'a path with a fragment': get('/health/live#x', 400),
  'a query with dots': get('/health/live?/../x', 200, 'kept'),
  'a path without a slash': get('health/live', 400),
  '* for a path': edge(rawRequest('OPTIONS * HTTP/1.1'), 400),
  'a message with garbage behind it': edge(`${good()}garbage\r\n\r\n`, [202, 400]),
  'a message with TLS behind it': edge(`${good()}\x16\x03\x01`, [202, 400]),
  'Connection: close, and a second message': edge(good('Connection: close\r\n') + good(), 202),
  'two messages at once': edge(good() + good(), [202, 202], 'kept'),
  'an empty line before a message': edge(`\r\n${good()}`, 202, 'kept'),
  'a body in chunks': edge(chunked(`${CHUNKS}\r\n`) + live(), [202, 200], 'kept'),
  'a body in chunks with a trailer': edge(chunked(`${CHUNKS}X-Sum: 1\r\n\r\n`) + live(), [202, 200], 'kept'),
  'chunks with extensions': edge(
    chunked(`${CHUNKS.replace('5', '5;a="b"')}\r\n`) + live(),
    [202, 200],
    'kept',
  ),
  'chunks that are malformed': edge(chunked('z\r\n{}\r\n0\r\n\r\n') + live(), 400),
  'a chunk longer than it says': edge(chunked('1\r\n{}\r\n0\r\n\r\n') + live(), 400),
  'a trailer that is malformed': edge(chunked(`${CHUNKS}X Y\r\n\r\n`) + live(), 400),
  'a coding in capitals': edge(
    chunked(`${CHUNKS}\r\n`).replace('chunked', 'CHUNKED') + live(),
    [202, 200],
    'kept',
  ),
  'a coding that is not chunked': edge(chunked('').replace('chunked', 'gzip, chunked'), 501),
  'a Transfer-Encoding and a Content-Length': edge(
    chunked(`${CHUNKS}\r\n`, POST, 'Content-Length: 11\r\n') + live(),
    400,
  ),
  'two Content-Lengths': edge(good('Content-Length: 12\r\n'), 400),
  'a Content-Length with a sign': edge(good().replace('Length: 11', 'Length: +11'), 400),
  'a header with a space before its colon': edge(live('X : y\r\n'), 400),
  'a header that goes on in the next line': edge(live('X: y\r\n z\r\n'), 400),
  'a header with a NUL': edge(live('X: y\0z\r\n'), 400),
  'lines that end in LF': edge('GET /health/live HTTP/1.1\nHost: a\n\n', 400),
  'a head of 20 kB': edge(live(`X: ${'x'.repeat(20_000)}\r\n`), 431),
  'HTTP/2': edge(rawRequest('GET /health/live HTTP/2.0'), 505),
  'no version': edge('GET /health/live\r\n\r\n', 400),
  TLS: edge('\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', 400),
  CONNECT: edge(rawRequest('CONNECT a:80 HTTP/1.1'), 405),
  TRACE: edge(rawRequest('TRACE / HTTP/1.1'), 405),
  'a method that does not exist': edge(rawRequest('BREW /health/live HTTP/1.1'), 501),
  'Expect: 100-continue': edge(
    rawRequest(POST, { body: BODY, fields: 'Expect: 100-Continue\r\n' }),
    202,
    'kept',
  ),
  'another Expect': edge(rawRequest(POST, { body: BODY, fields: 'Expect: tea\r\n' }), 417),
  Upgrade: edge(live('Connection: upgrade\r\nUpgrade: h2c\r\n'), 200, 'kept'),
  'a GET with a body': edge(rawRequest(LIVE, { body: BODY }) + live(), [200, 200], 'kept'),
};
