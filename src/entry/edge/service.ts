import { type Config, ConfigError, readConfig } from '../../config.ts';
import { createLog } from '../../ops/log.ts';
import { type Clock, systemClock } from '../../ports/clock.ts';
import type { Publisher } from '../../ports/publisher.ts';
import type { Store } from '../../ports/store.ts';
import { createService, type Service } from '../../service.ts';
import type { Bindings } from './platform.ts';

interface EdgeDrivers {
  readonly publisher: Publisher;
  readonly store: Store;
  /** What the operators have to know from the start. */
  readonly shortfalls?: readonly string[];
}

/**
 * The service, driven by events, for one isolate or one object. Where the settings are wrong it
 * answers undefined, and the log says which; `open` may throw a `ConfigError` as well.
 */
export function openService(
  bindings: Bindings,
  open: (config: Config, clock: Clock) => EdgeDrivers,
): { service: Service; config: Config } | undefined {
  try {
    const config = readConfig(textsOf(bindings));
    const clock = systemClock;
    const log = createLog(config.log, clock, [(line) => console.log(line)]);
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
