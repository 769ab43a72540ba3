import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { RequestReader } from '../../../src/entry/http1/reader.ts';
import { rawRequest } from '../../support/http/raw.ts';

const MAX = 1000;
const CHUNKED =
  'POST /c?x=1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nA: b\r\n\r\n';
const STREAM = [
  rawRequest('POST /a HTTP/1.1', { body: '{"value":"\\r\\n\\r\\n"}' }),
  rawRequest('GET /b HTTP/1.1', { fields: 'Connection: Keep-Alive, Upgrade\r\n' }),
  CHUNKED,
  '\r\n',
  rawRequest('GET /d HTTP/1.0', { host: '' }),
].join('');

/** What is read of these parts, until a refusal. */
function read(parts: readonly string[]) {
  const reader = new RequestReader({ maxBodyBytes: MAX });
  const found: unknown[] = [];
  for (const part of parts) {
    reader.push(Buffer.from(part, 'latin1'));
    for (let next = reader.next(); next; next = reader.next()) {
      if (next.kind === 'refused') return [...found, next.code];
      if (next.kind === 'stream') return [...found, 'stream'];
      const { method, url, keepsAlive } = next.head;
      found.push([method, url, next.body.toString('latin1'), keepsAlive]);
    }
  }
  return found;
}

const cut = (text: string, places: readonly number[]) => {
  const ends = [...new Set(places.map((place) => place % text.length)), text.length].toSorted(
    (a, b) => a - b,
  );
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end)).filter((part) => part !== '');
};

describe('RequestReader', () => {
  test('reads one request after another', () => {
    expect(read([STREAM])).toEqual([
      ['POST', 'http://a/a', '{"value":"\\r\\n\\r\\n"}', true],
      ['GET', 'http://a/b', '', true],
      ['POST', 'http://a/c?x=1', 'abc0123456789abcdef', true],
      ['GET', 'http://localhost/d', '', false],
    ]);
  });

  test('reads the same wherever the bytes are parted', () => {
    const whole = read([STREAM]);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (places) => {
        expect(read(cut(STREAM, places))).toEqual(whole);
      }),
    );
    expect(read(STREAM.split(''))).toEqual(whole);
  });

  test('a byte that is changed never makes two requests of one, nor one of two', () => {
    const bytes = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 });
    const one = rawRequest('POST /a HTTP/1.1', { body: '{"value":1}' });
    fc.assert(
      fc.property(fc.nat(one.indexOf('\r\n\r\n') - 1), bytes, (at, byte) => {
        const found = read([one.slice(0, at) + byte + one.slice(at + 1) + 'x'.repeat(2)]);
        expect(found.filter((each) => Array.isArray(each)).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });

  test('the scheme of a URL is that of the listener, whatever the client calls it', () => {
    const reader = new RequestReader({ maxBodyBytes: MAX, scheme: 'https' });
    for (const target of ['/a', 'http://b/a', 'https://b/a']) {
      reader.push(Buffer.from(rawRequest(`GET ${target} HTTP/1.1`)));
      const next = reader.next();
      expect(next?.kind === 'request' && new URL(next.head.url).protocol).toBe('https:');
    }
  });

  test.each([
    ['chunks', CHUNKED.replace('3\r\nabc', `fff\r\n${'x'.repeat(0xfff)}`), true],
    ['a stated length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n', true],
    ['a stated length that just fits', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${MAX}\r\n\r\n`, false],
  ])('a body over the limit, by %s, is known before it has arrived', (_, text, isKnown) => {
    const reader = new RequestReader({ maxBodyBytes: MAX });
    reader.push(Buffer.from(text.slice(0, 2000)));
    expect(reader.next()?.kind === 'request').toBe(isKnown);
  });

  test.each([
    ['a size line', '3;'],
    ['a trailer', '0\r\nx: '],
  ])('%s without an end is refused', (_, start) => {
    const head = CHUNKED.slice(0, CHUNKED.indexOf('3\r\n'));
    expect(read([head, start, 'x'.repeat(2000)])).toEqual(['malformed']);
  });

  test('trailers without an end are refused', () => {
    const head = CHUNKED.slice(0, CHUNKED.indexOf('3\r\n'));
    const trailers = Array.from({ length: 200 }, () => `x: ${'x'.repeat(100)}\r\n`);
    expect(read([head, '0\r\n', ...trailers])).toEqual(['malformed']);
  });

  test('a streamed body is the same wherever it is cut, and so is what follows it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (places) => {
        const reader = new RequestReader({ maxBodyBytes: MAX, wantsStream: ({ url }) => url.includes('/c') });
        let body = '';
        let isStreaming = false;
        let path = '';
        for (const part of cut(`${CHUNKED}${rawRequest('GET /d HTTP/1.1')}`, places)) {
          reader.push(Buffer.from(part, 'latin1'));
          if (!isStreaming && body === '') isStreaming = reader.next()?.kind === 'stream';
          if (isStreaming) {
            const next = reader.nextPart();
            if (next.kind === 'refused') throw new Error(next.detail);
            body += next.bytes.toString('latin1');
            isStreaming = !next.isLast;
          }
          const next = isStreaming || body === '' ? undefined : reader.next();
          if (next?.kind === 'request') path = new URL(next.head.url).pathname;
        }
        expect([body, path]).toEqual(['abc0123456789abcdef', '/d']);
      }),
      { numRuns: 500 },
    );
  });
});
