import { describe, expect, test } from 'bun:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { fakeService } from '../support/fakes/fake-service.ts';

const postCoded = async (body: Uint8Array<ArrayBuffer>, coding: string, maxBytes = 1000) => {
  const { post, publisher } = fakeService({ MAX_BODY_BYTES: String(maxBytes) });
  const response = await post(body, { 'Content-Encoding': coding });
  return {
    status: response.status,
    answer: await response.text(),
    sent: publisher.calls.flat().map(({ value }) => value),
  };
};

describe('a compressed body', () => {
  test.each([
    ['gzip', gzipSync('{"value":1.10}')],
    ['GZIP', gzipSync('{"value":1.10}')],
    ['x-gzip', gzipSync('{"value":1.10}')],
    ['deflate', deflateSync('{"value":1.10}')],
    ['zstd', zstdCompressSync('{"value":1.10}')],
    ['identity', Buffer.from('{"value":1.10}')],
  ])('by %s is read, digit for digit', async (coding, body) => {
    expect(await postCoded(Buffer.from(body), coding)).toMatchObject({ status: 202, sent: ['1.10'] });
  });

  test('by zstd is bounded as well', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(900_000));
    expect(await postCoded(Buffer.from(bomb), 'zstd')).toMatchObject({ status: 413, sent: [] });
  });

  test('is bounded when it is decompressed: a bomb is a 413', async () => {
    const fits = gzipSync(`{"value":"${'x'.repeat(988)}"}`);
    expect((await postCoded(Buffer.from(fits), 'gzip')).status).toBe(202);
    const oneMore = gzipSync(`{"value":"${'x'.repeat(989)}"}`);
    expect((await postCoded(Buffer.from(oneMore), 'gzip')).status).toBe(413);
    const bomb = gzipSync(Buffer.alloc(900_000));
    expect(bomb.length).toBeLessThan(1000);
    expect(await postCoded(Buffer.from(bomb), 'gzip')).toMatchObject({ status: 413, sent: [] });
  });

  test.each([
    ['gzip', Buffer.from('{"value":1}')],
    ['gzip', Buffer.from(gzipSync('{"value":1}').subarray(0, 12))],
    ['deflate', Buffer.from(gzipSync('{"value":1}'))],
    ['gzip', Buffer.alloc(0)],
    ['zstd', Buffer.from('{"value":1}')],
  ])('that is not %s is refused', async (coding, body) => {
    const { status, answer, sent } = await postCoded(body, coding);
    expect([status, sent]).toEqual([400, []]);
    expect(answer).toContain('The body is not what Content-Encoding says');
  });
});
