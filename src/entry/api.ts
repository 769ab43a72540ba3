import { errorMessage } from '../common/error-message.ts';
import type { Config } from '../config/config.ts';
import type { Siblings } from '../ops/merged-metrics.ts';
import { pause, systemClock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Service } from '../service/service.ts';
import { exit, openContainer, orExit, stopOnSignal } from './container.ts';
import type { ServerOptions } from './http1/server.ts';
import { CertificateFiles } from './tls/certificate-files.ts';
import { welcome } from './welcome.ts';

interface Listener {
  readonly port: number;
  /** Stops accepting connections. Settles after the last response. */
  readonly stop: () => Promise<void>;
  /** Closes the remaining connections at once. */
  readonly cut: () => void;
}

/** HTTP server of a runtime. Fails if the address is in use. */
export type Listen = (options: ServerOptions) => Listener | Promise<Listener>;

/** Time for the last responses, in milliseconds: a request that never ends must not hold the process. */
const LAST_ANSWERS_MS = 1000;

export const API_LOG = 'api.log';

/** Ends a process that can't listen on its address. */
export function exitForAddress(
  { host, port }: Pick<Config, 'host' | 'port'>,
  log: Log,
  error: unknown,
  variable = 'PORT',
): Promise<never> {
  log.error(`Can't listen on ${host}:${port}: free it, or set HOST or ${variable} to another`, {
    reason: errorMessage(error),
  });
  return exit(1);
}

/** Periodic call for platforms that suspend an idle process. */
export type Wake = Service['onSchedule'];

/** Runs the API until a signal. Settles once it listens. `siblings`: the processes that share its port. */
export async function runApi(listen: Listen, siblings?: Siblings): Promise<Wake> {
  const { config, log, print, drivers, service } = await openContainer(API_LOG, {
    siblings,
    takesMessages: true,
  });
  const { tls: files } = config;
  const tls = files && (await orExit(() => CertificateFiles.open(files, { clock: systemClock, log })));
  if (config.processes !== 1 && 'Deno' in globalThis)
    log.warning('PROCESSES has no effect on Deno: there is this process alone');

  async function listenOrExit(
    port: number,
    variable: string,
    handlers: Pick<ServerOptions, 'tls' | 'direct' | 'wantsStream' | 'answer'>,
  ): Promise<Listener> {
    const { host: hostname, keepAliveMs, maxBodyBytes } = config;
    const sharesPort = siblings !== undefined;
    try {
      const common = { hostname, port, sharesPort, clock: systemClock, keepAliveMs, maxBodyBytes };
      return await listen({ ...common, ...handlers });
    } catch (error) {
      return exitForAddress({ host: hostname, port }, log, error, variable);
    }
  }

  // Operators' overrides and outages are known before the first message.
  await service.start();
  const { app, direct, wantsStream, operatorsApp } = service;
  const listener = await listenOrExit(config.port, 'PORT', {
    tls,
    direct,
    wantsStream,
    answer: (request, clientAddress) => app.fetch(request, { clientAddress }),
  });
  const operators =
    operatorsApp &&
    (await listenOrExit(config.adminPort ?? 0, 'ADMIN_PORT', {
      answer: (request, clientAddress) => operatorsApp.fetch(request, { clientAddress }),
    }));
  if (operators) log.info(`Health, metrics and admin on http://localhost:${operators.port}`);
  if (config.backfill === 'inline') service.startBackfill();
  welcome(log, config, drivers, listener.port, print);

  stopOnSignal(log, stop, leave);
  return service.onSchedule;

  /** Graceful shutdown, first step: not ready, so that load balancers and clients go elsewhere. */
  function leave(): Promise<void> {
    service.leave();
    return pause(systemClock, config.shutdownDelayMs);
  }

  async function stop(): Promise<void> {
    const areOut = listener.stop().then(() => true);
    await service.finish();
    if (!(await Promise.race([areOut, pause(systemClock, LAST_ANSWERS_MS)]))) listener.cut();
    // To the end it tells operators what goes on.
    operators?.cut();
    await service.close();
    log.info('Stopped');
  }
}
