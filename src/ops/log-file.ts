import { errorMessage } from '../common/error-message.ts';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LogSink } from './log.ts';

/**
 * Log sink that appends lines to `<directory>/<name>`. It opens the file for every line, as lines are few and
 * a log rotation may move the file away. The first failure in a row is passed to `onFailure`.
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
      if (!failed) onFailure(`Can't write ${path}: ${errorMessage(error)}`);
      failed = true;
    }
  };
}
