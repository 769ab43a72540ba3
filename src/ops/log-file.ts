import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LogSink } from './log.ts';

/**
 * Appends lines to `<directory>/<name>`. The file is opened for every line, for lines are few and
 * the file may be moved away by a log rotation. Where it can't be written, `onFailure` hears of it
 * once, and the lines go on elsewhere.
 */
export function createFileSink(
  directory: string,
  name: string,
  onFailure: (reason: string) => void,
): LogSink {
  const path = join(directory, name);
  let failed = false;
  return (line) => {
    try {
      mkdirSync(directory, { recursive: true });
      appendFileSync(path, `${line}\n`);
      failed = false;
    } catch (error) {
      if (!failed) onFailure(`Can't write ${path}: ${error instanceof Error ? error.message : 'unknown'}`);
      failed = true;
    }
  };
}
