import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { readConfig } from '../config.ts';
import { checkUp, type Finding } from '../ops/checkup.ts';
import { systemClock } from '../ports/clock.ts';
import { orExit } from './container.ts';
import { openDrivers } from './drivers.ts';

// Reads the settings as the service does, asks each part once, and says a line about each. Ends with 1
// where something has to be mended before messages have both of their ways.

const config = await orExit(() => readConfig(process.env));
print({ level: 'ok', part: 'settings', text: 'They can be read, and do not contradict each other' });
print(checkLogs(join(config.log.dir, 'api.log')));
const { publisher, store, names, shortfalls } = await orExit(() => openDrivers(config, systemClock));
const { topics } = config;
const findings = await checkUp({ publisher, store, topics, shortfalls, names, clock: systemClock });
for (const finding of findings) print(finding);
await Promise.all([publisher.close(), store.close()]);
process.exit(findings.some(({ level }) => level === 'broken') ? 1 : 0);

function print({ level, part, text }: Finding): void {
  console.log(`${level.padEnd(8)}${part.padEnd(10)}${text}`);
}

/** Where the log can't be written the service runs all the same, and prints. */
function checkLogs(path: string): Finding {
  const problem = whyNotWritable(path);
  if (problem === undefined) return { level: 'ok', part: 'logs', text: `${path} can be written` };
  return {
    level: 'warning',
    part: 'logs',
    text: `${path} can't be written (${problem}), so the log is on standard output alone. LOG_DIR names its directory`,
  };
}

/** Of a file, or of the nearest directory above it that is there. Makes nothing. */
function whyNotWritable(path: string): string | undefined {
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const above = dirname(path);
    return code === 'ENOENT' && above !== path ? whyNotWritable(above) : code;
  }
}
