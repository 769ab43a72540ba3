import { errorMessage } from '../common/error-message.ts';
import { onSignals } from './signals.ts';
// Older versions of Deno have a global one that returns numbers, without `unref`.
import { setTimeout } from 'node:timers';
import { type Config, ConfigError, readConfig } from '../config/config.ts';
import { PARTS } from '../config/embedded.ts';
import { createFileSink } from '../ops/log-file.ts';
import { createLog, type LogSink } from '../ops/log.ts';
import { StdoutSink } from '../ops/log-stdout.ts';
import type { Siblings } from '../ops/merged-metrics.ts';
import { systemClock, within } from '../ports/clock.ts';
import type { Log, LogFields } from '../ports/log.ts';
import { createService, type Service } from '../service/service.ts';
import { type Drivers, openDrivers } from './drivers.ts';
import { openKeyRing } from './keys-file.ts';
import { openStdout } from './stdout.ts';

/** Watchdog of the shutdown, in milliseconds: for a process that hangs. Platforms kill after 10 s. */
const LAST_EXIT_MS = 9000;

/** Time for the last lines to be written, in milliseconds. */
const LAST_LINES_MS = 500;

const stdout = new StdoutSink(openStdout());

/** Ends the process, once the log is written. */
export async function exit(code: number): Promise<never> {
  await within(systemClock, LAST_LINES_MS, stdout.flushed(), () => {});
  process.exit(code);
}

export interface Container {
  /** Prints a text for people, which is no line of the log. */
  readonly print: (text: string) => void;
  readonly config: Config;
  readonly log: Log;
  readonly drivers: Drivers;
  readonly service: Service;
}

export interface Opening {
  /** The processes that share its port. */
  readonly siblings?: Siblings | undefined;
  /** It takes messages from clients, and does not only drain. */
  readonly takesMessages?: boolean;
}

/**
 * Common start of all processes outside of edge runtimes: settings, logs, drivers, service. Wrong settings
 * end the process with status 1 and a text that names them.
 */
export async function openContainer(
  logName: string,
  { siblings, takesMessages = false }: Opening = {},
): Promise<Container> {
  const config = await orExit(() => readConfig(process.env, PARTS));
  const clock = systemClock;
  const log = openLog(config, logName, siblings && { process: siblings.number });
  // Where there are several processes, their parent has told of them.
  if (!siblings) for (const warning of config.warnings) log.warning(warning);
  const drivers = await orExit(() => openDrivers(config, clock));
  const keys = takesMessages ? await orExit(() => openKeyRing(config, clock, log)) : undefined;
  return {
    print: stdout.write,
    config,
    log,
    drivers,
    service: createService({ config, clock, log, siblings, keys, ...drivers }),
  };
}

/** The log of a process: standard output, and a file. Each line ends with `context`. */
export function openLog({ log: settings }: Config, logName: string, context?: LogFields): Log {
  const open = (...sinks: LogSink[]) => createLog(settings, systemClock, sinks, context);
  const stdoutLog = open(stdout.write);
  stdout.onGap = (lines) =>
    stdoutLog.warning('Lines are missing here, because standard output was not read', { lines });
  const onFailure = (reason: string) => stdoutLog.warning('No log file', { reason });
  return open(stdout.write, createFileSink(settings.dir, logName, onFailure));
}

/** The result of `open`. Wrong settings end the process with status 1 and a text that names them. */
export async function orExit<T>(open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/** Debounce, in milliseconds: `bun run` forwards a ctrl-C that the terminal has sent already. */
const SAME_SIGNAL_MS = 500;

/**
 * Graceful shutdown on SIGTERM or ctrl-C: runs `leave`, then `stop`, and exits. A second signal, or 9 s after
 * `leave`, exits at once. A ctrl-C skips `leave`, as somebody waits for the end.
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
        void exit(1);
      }, LAST_EXIT_MS).unref();
      return stop();
    });
    void stopped.then(
      () => exit(0),
      (error: unknown) => {
        log.error('Stopping failed', { reason: errorMessage(error) });
        return exit(1);
      },
    );
  };
  onSignals(onSignal);
}
