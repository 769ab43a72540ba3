import { describe, expect, test } from 'bun:test';
import { LineSplitter } from '../../src/http/ingress/lines.ts';

const encoder = new TextEncoder();

/** The lines of a body that arrives in these chunks: a refused one by its code. */
function linesOf(chunks: readonly Uint8Array[], maxLineBytes?: number): string[] {
  const splitter = new LineSplitter(maxLineBytes);
  const lines = [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
  return lines.map((line) => (typeof line === 'string' ? line : line.code));
}

/** Cut in two at each byte. */
const cuts = (bytes: Uint8Array) =>
  Array.from({ length: bytes.length + 1 }, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);

describe('lines of a body', () => {
  test('are the same wherever the body is cut, within a character too', () => {
    const bytes = encoder.encode('\uFEFF{"ä":"€"}\r\n\n \t\r\n"🙂"\n\uFEFFx\nlast');
    const expected = ['{"ä":"€"}\r', '"🙂"', '\uFEFFx', 'last'];
    for (const chunks of cuts(bytes)) expect(linesOf(chunks)).toEqual(expected);
    expect(linesOf([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  test('with bytes that are no UTF-8 cost their neighbours nothing, wherever the body is cut', () => {
    const bytes = new Uint8Array([...encoder.encode('"ä"\n"'), 0xff, ...encoder.encode('"\n"€"\n\n'), 0xe2]);
    for (const chunks of cuts(bytes)) expect(linesOf(chunks)).toEqual(['"ä"', 'not-json', '"€"', 'not-json']);
  });

  test('that are too long cost their neighbours nothing, wherever the body is cut', () => {
    const bytes = encoder.encode(`a\n12345678\n123456789\nb\n${'€'.repeat(3)}\nc\n${'x'.repeat(30)}`);
    const expected = ['a', '12345678', 'too-large', 'b', 'too-large', 'c', 'too-large'];
    for (const chunks of cuts(bytes)) expect(linesOf(chunks, 8)).toEqual(expected);
    expect(
      linesOf(
        [...bytes].map((byte) => Uint8Array.of(byte)),
        8,
      ),
    ).toEqual(expected);
  });

  test('are none where there are only empty ones', () => {
    for (const text of ['', '\n', '\r\n \n\t'])
      for (const chunks of cuts(encoder.encode(text))) expect(linesOf(chunks)).toEqual([]);
  });
});
