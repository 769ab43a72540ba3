import { pause, systemClock } from '../ports/clock.ts';
import type { Service } from '../service.ts';
import { openContainer, stopOnSignal } from './container.ts';
import { welcome } from './welcome.ts';

interface ListenOptions {
  readonly hostname: string;
  /** 0 is any that is free. */
  readonly port: number;
  /** With the address of the connection: a header that names another could be anyone's invention. */
  readonly answer: (request: Request, clientAddress: string | undefined) => Response | Promise<Response>;
}

interface Listener {
  readonly port: number;
  /** Takes no more connections; settles when the last answer is out. */
  readonly stop: () => Promise<void>;
  /** Cuts every connection that is left. */
  readonly cut: () => void | Promise<void>;
}

/** What a runtime brings: HTTP on an address. It fails where the address is taken. */
export type Listen = (options: ListenOptions) => Listener | Promise<Listener>;

/** For answers on their way out. A request that never ends must not hold the process. */
const LAST_ANSWERS_MS = 1000;

/** What a platform that lets the process sleep has to call now and then; see `recover` of the service. */
export type Wake = Service['recover'];

/** Runs the API, from the settings to the last signal. Settles once it listens. */
export async function runApi(listen: Listen): Promise<Wake> {
  const { config, log, drivers, service } = await openContainer('api.log');

  async function listenOrExit(): Promise<Listener> {
    try {
      return await listen({
        hostname: config.host,
        port: config.port,
        answer: (request, clientAddress) => service.app.fetch(request, { clientAddress }),
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      log.error(`Can't listen on ${config.host}:${config.port}: free it, or set HOST or PORT to another`, {
        reason,
      });
      process.exit(1);
    }
  }

  // Before the first message: what operators have ordered, and whether the fleet is in an outage.
  await service.fleet.start();
  const listener = await listenOrExit();
  void service.warmUp();
  service.watch.start();
  if (config.backfill === 'inline') service.worker.start();
  welcome(log, config, drivers, listener.port);

  stopOnSignal(log, stop, leave);
  return async (limits) => {
    if (config.backfill === 'inline') await service.recover(limits);
  };

  /** Time for load balancers to see that this instance is not ready, and for clients to connect elsewhere. */
  function leave(): Promise<void> {
    service.leave();
    return pause(systemClock, config.shutdownDelayMs);
  }

  async function stop(): Promise<void> {
    const areOut = listener.stop().then(() => true);
    await service.finish();
    if (!(await Promise.race([areOut, pause(systemClock, LAST_ANSWERS_MS)]))) await listener.cut();
    await service.close();
    log.info('Stopped');
  }
}
