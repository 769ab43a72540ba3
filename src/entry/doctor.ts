import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { readConfig } from '../config/config.ts';
import { openAccessWarnings } from '../config/open-access.ts';
import { PARTS } from '../config/embedded.ts';
import type { TlsConfig } from '../config/tls.ts';
import { checkWorker } from '../ops/check-worker.ts';
import { checkUp, type Finding } from '../ops/checkup.ts';
import { systemClock } from '../ports/clock.ts';
import { orExit } from './container.ts';
import { keysOfFile } from './keys-file.ts';
import { openDrivers } from './drivers.ts';
import { expiryOf, expiryWarning, readCertificate } from './tls/read-certificate.ts';

// Checkup of the settings, the logs, Kafka and Redis, with a line for each finding. Exits with 1 if something
// has to be fixed before messages have both of their paths.

const config = await orExit(() => readConfig(process.env, PARTS));
print({ level: 'ok', part: 'settings', text: 'They can be read, and do not contradict each other' });
for (const text of config.warnings) print({ level: 'warning', part: 'settings', text });
print(await orExit(() => checkAccess()));
print(checkLogs(join(config.log.dir, 'api.log')));
const { tls } = config;
if (tls) print(await orExit(() => checkCertificate(tls)));
const { publisher, store, names, shortfalls } = await orExit(() => openDrivers(config, systemClock));
const { topics } = config;
const findings = await checkUp({ publisher, store, topics, shortfalls, names, clock: systemClock });
findings.push(...(await checkWorker(store, config.backfill)));
for (const finding of findings) print(finding);
await Promise.all([publisher.close(), store.close()]);
process.exit(findings.some(({ level }) => level === 'broken') ? 1 : 0);

function print({ level, part, text }: Finding): void {
  console.log(`${level.padEnd(8)}${part.padEnd(10)}${text}`);
}

/** Who may send. Throws a `ConfigError` for a file of keys that can't be used. */
function checkAccess(): Finding {
  const [open] = openAccessWarnings(config);
  if (open !== undefined) return { level: 'warning', part: 'access', text: open };
  const count = (config.apiKeys?.length ?? 0) + keysOfFile(config).length;
  return { level: 'ok', part: 'access', text: `${count} API keys may send messages` };
}

function checkCertificate(files: TlsConfig): Finding {
  const texts = readCertificate(files);
  const warning = expiryWarning(texts, systemClock.wallTime());
  if (warning !== undefined) return { level: 'warning', part: 'settings', text: warning };
  return {
    level: 'ok',
    part: 'settings',
    text: `The certificate in TLS_CERT_FILE is valid until ${expiryOf(texts)}`,
  };
}

/** A warning only: without its log file the service runs, and prints. */
function checkLogs(path: string): Finding {
  const problem = whyNotWritable(path);
  if (problem === undefined) return { level: 'ok', part: 'logs', text: `${path} can be written` };
  return {
    level: 'warning',
    part: 'logs',
    text: `${path} can't be written (${problem}), so the log is on standard output alone. LOG_DIR names its directory`,
  };
}

/** The error code for a file that cannot be written, or for its nearest existing directory. Creates nothing. */
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
