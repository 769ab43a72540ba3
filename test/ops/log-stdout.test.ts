import { describe, expect, test } from 'bun:test';
import { StdoutSink } from '../../src/ops/log-stdout.ts';

/** Standard output with a reader that reads when it is told to. */
function setup() {
  const written: string[] = [];
  const reads: (() => void)[] = [];
  const output = { isGone: false };
  const sink = new StdoutSink((text) => {
    if (output.isGone) return Promise.reject(new Error('EPIPE'));
    written.push(text);
    return new Promise((resolve) => void reads.push(resolve));
  });
  const read = async () => {
    reads.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { sink, written, read, output };
}

describe('StdoutSink', () => {
  test('writes a line at once, and those that come meanwhile together', async () => {
    const { sink, written, read } = setup();
    for (const line of ['one', 'two', 'three']) sink.write(line);
    expect(written).toEqual(['one\n']);
    await read();
    expect(written).toEqual(['one\n', 'two\nthree\n']);
  });

  test('with a reader that is stuck keeps lines up to a bound, and tells later how many are missing', async () => {
    const { sink, written, read } = setup();
    const gaps: number[] = [];
    sink.onGap = (lines) => gaps.push(lines);
    const line = 'x'.repeat(999);
    for (let count = 0; count < 1501; count++) sink.write(line);
    await read();
    expect(written[1]).toHaveLength(1_000_000);
    expect(gaps).toEqual([500]);
    await read();
    sink.write('after');
    expect(written[2]).toBe('after\n');
  });

  test('with a reader that is gone drops lines, throws nothing, and goes on with the next reader', async () => {
    const { sink, written, output } = setup();
    output.isGone = true;
    sink.write('lost');
    await sink.flushed();
    output.isGone = false;
    sink.write('kept');
    expect(written).toEqual(['kept\n']);
  });

  test('is flushed once no line waits', async () => {
    const { sink, read } = setup();
    let isFlushed = false;
    await sink.flushed();
    sink.write('one');
    sink.write('two');
    void sink.flushed().then(() => (isFlushed = true));
    await read();
    expect(isFlushed).toBe(false);
    await read();
    expect(isFlushed).toBe(true);
  });
});
