import { type Config, ConfigError, readConfig } from '../../config/config.ts';
import { openAccessWarnings } from '../../config/open-access.ts';
import { createLog } from '../../ops/log.ts';
import { type Clock, systemClock } from '../../ports/clock.ts';
import type { Publisher } from '../../ports/publisher.ts';
import type { Store } from '../../ports/store.ts';
import { createService, type Service } from '../../service/service.ts';
import type { Bindings } from './platform.ts';

interface EdgeDrivers {
  readonly publisher: Publisher;
  readonly store: Store;
  /** `waitUntil` of the runtime. */
  readonly keep: (work: Promise<unknown>) => void;
  /** Promises that the drivers cannot keep, for the log. */
  readonly shortfalls?: readonly string[];
}

/**
 * Opens the service for one isolate or object, driven by events instead of timers. With wrong settings it
 * answers undefined, and logs them; `open` may throw a `ConfigError` as well.
 */
export function openService(
  bindings: Bindings,
  open: (config: Config, clock: Clock) => EdgeDrivers,
): { service: Service; config: Config } | undefined {
  try {
    const config = readConfig(textsOf(bindings));
    const clock = systemClock;
    const log = createLog(config.log, clock, [(line) => console.log(line)]);
    const problems = [];
    if (config.tls)
      problems.push(
        'TLS_CERT_FILE and TLS_KEY_FILE have no use here, where the platform does TLS: unset them',
      );
    if (config.apiKeysFile !== undefined)
      problems.push('API_KEYS_FILE has no use here, where there are no files: set API_KEYS');
    if (config.adminPort !== undefined) problems.push('ADMIN_PORT has no use here, where there are no ports');
    if (problems.length > 0) throw new ConfigError(problems);
    for (const warning of [...config.warnings, ...openAccessWarnings(config)]) log.warning(warning);
    const { shortfalls = [], ...drivers } = open(config, clock);
    for (const shortfall of shortfalls) log.warning(shortfall);
    const service = createService({ ...drivers, config, clock, log, drivenBy: 'events' });
    return { service, config };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return undefined;
  }
}

function textsOf(bindings: Bindings): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(bindings)) if (typeof value === 'string') texts[name] = value;
  return texts;
}
