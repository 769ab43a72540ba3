import { describe, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileSink } from '../../src/ops/log-file.ts';
import { createLog } from '../../src/ops/log.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { tempDir } from '../support/process/temp-dir.ts';

function setup(format: 'text' | 'json', level: 'debug' | 'warning' = 'debug') {
  const clock = new FakeClock();
  clock.wall = Date.UTC(2025, 11, 2, 10, 30, 0, 999);
  const lines: string[] = [];
  return { log: createLog({ format, level }, clock, [(line) => lines.push(line)]), lines };
}

describe('createLog', () => {
  test('writes lines in the form of the operator guide', () => {
    const { log, lines } = setup('text');
    log.warning('Circuit breaker kafka_producer opened - Kafka unavailable');
    expect(lines).toEqual([
      '2025-12-02 10:30:00 - WARNING - Circuit breaker kafka_producer opened - Kafka unavailable',
    ]);
  });

  test('puts fields behind the text, and quotes what could be read as something else', () => {
    const { log, lines } = setup('text');
    log.info('Text', { a: 1, none: undefined, b: 'two words', c: 'x\n2025-12-02 - forged', d: '' });
    expect(lines).toEqual([
      '2025-12-02 10:30:00 - INFO - Text a=1 b="two words" c="x\\n2025-12-02 - forged" d=""',
    ]);
  });

  test('writes one JSON object a line where that is asked for', () => {
    const { log, lines } = setup('json');
    log.error('Text', { a: 1 });
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '2025-12-02T10:30:00.999Z',
      level: 'ERROR',
      message: 'Text',
      a: 1,
    });
  });

  test('drops what is below its level', () => {
    const { log, lines } = setup('text', 'warning');
    log.debug('a');
    log.info('b');
    log.warning('c');
    expect(lines).toHaveLength(1);
  });
});

describe('createFileSink', () => {
  test('appends, and makes the directory', () => {
    const directory = tempDir();
    const sink = createFileSink(join(directory.path, 'new'), 'api.log', () => {});
    sink('one');
    sink('two');
    expect(readFileSync(join(directory.path, 'new', 'api.log'), 'utf8')).toBe('one\ntwo\n');
    directory.remove();
  });

  test('tells once that it cannot write, and throws nothing', () => {
    const directory = tempDir();
    const blocked = join(directory.path, 'file');
    writeFileSync(blocked, '');
    const failures: string[] = [];
    const sink = createFileSink(blocked, 'api.log', (reason) => failures.push(reason));
    sink('one');
    sink('two');
    expect(failures).toHaveLength(1);
    directory.remove();
  });
});
