import { errorMessage } from '../common/error-message.ts';
import { pause, systemClock } from '../ports/clock.ts';
import type { Service } from '../service/service.ts';
import { exit, openContainer, stopOnSignal } from './container.ts';
import type { ServerOptions } from './http1/server.ts';
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

/** Periodic call for platforms that suspend an idle process. */
export type Wake = Service['onSchedule'];

/** Runs the API until a signal. Settles once it listens. */
export async function runApi(listen: Listen): Promise<Wake> {
  const { config, log, print, drivers, service } = await openContainer('api.log');

  async function listenOrExit(): Promise<Listener> {
    try {
      return await listen({
        hostname: config.host,
        port: config.port,
        clock: systemClock,
        keepAliveMs: config.keepAliveMs,
        maxBodyBytes: config.maxBodyBytes,
        direct: service.direct,
        answer: (request, clientAddress) => service.app.fetch(request, { clientAddress }),
      });
    } catch (error) {
      const reason = errorMessage(error);
      log.error(`Can't listen on ${config.host}:${config.port}: free it, or set HOST or PORT to another`, {
        reason,
      });
      return exit(1);
    }
  }

  // Operators' overrides and outages are known before the first message.
  await service.start();
  const listener = await listenOrExit();
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
    await service.close();
    log.info('Stopped');
  }
}
