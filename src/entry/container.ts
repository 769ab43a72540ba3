import { onSignals } from './signals.ts';
// The one of older versions of Deno makes numbers, which can't be unref'd.
import { setTimeout } from 'node:timers';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { createFileSink } from '../ops/log-file.ts';
import { createLog } from '../ops/log.ts';
import { systemClock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { createService, type Service } from '../service.ts';
import { type Drivers, openDrivers } from './drivers.ts';

/** In-flight work takes less; this is for a process that hangs. Platforms kill after 10 s. */
const LAST_EXIT_MS = 9000;

const print = (line: string) => console.log(line);

export interface Container {
  readonly config: Config;
  readonly log: Log;
  readonly drivers: Drivers;
  readonly service: Service;
}

/**
 * What every process with an operating system below it does first: settings, logs, drivers, parts.
 * Settings that are wrong end the process with status 1 and a text that names them.
 */
export async function openContainer(logName: string): Promise<Container> {
  const config = await orExit(() => readConfig(process.env));
  const clock = systemClock;
  const stdoutLog = createLog(config.log, clock, [print]);
  const file = createFileSink(config.log.dir, logName, (reason) =>
    stdoutLog.warning('No log file', { reason }),
  );
  const log = createLog(config.log, clock, [print, file]);
  const drivers = await orExit(() => openDrivers(config, clock));
  return { config, log, drivers, service: createService({ config, clock, log, ...drivers }) };
}

/** What `open` answers. Settings that are wrong end the process with status 1 and a text that names them. */
export async function orExit<T>(open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/** `bun run` hands a ctrl-C on that the terminal has sent already: what comes at once is the same one. */
const SAME_SIGNAL_MS = 500;

/**
 * On SIGTERM or ctrl-C runs `leave`, then `stop`, and exits; on a second one, or 9 s after `leave`,
 * exits at once. A ctrl-C is by someone who waits for the end, so there is no leaving.
 */
export function stopOnSignal(log: Log, stop: () => Promise<void>, leave?: () => Promise<void>): void {
  let stoppingSince: number | undefined;
  const onSignal = (signal: string) => {
    if (stoppingSince !== undefined) {
      if (systemClock.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    stoppingSince = systemClock.now();
    log.info(`Stopping on ${signal}`);
    const left = signal === 'SIGTERM' && leave ? leave() : Promise.resolve();
    const stopped = left.then(() => {
      setTimeout(() => {
        log.error('Stopping took too long: some work was cut off');
        process.exit(1);
      }, LAST_EXIT_MS).unref();
      return stop();
    });
    stopped.then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('Stopping failed', { reason: error instanceof Error ? error.message : 'unknown' });
        process.exit(1);
      },
    );
  };
  onSignals(onSignal);
}
