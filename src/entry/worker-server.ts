import { errorMessage } from '../common/error-message.ts';
import { type Config, WORKER_PORT } from '../config/config.ts';
import { systemClock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Service } from '../service/service.ts';
import { listenOnNodeSockets } from './http1/node-sockets.ts';
import { serve } from './http1/server.ts';

/**
 * HTTP server of a worker. A port that is taken, as by a second worker on the machine, is no reason not to
 * drain. Answers how to close it.
 */
export async function serveWorker(
  app: Service['workerApp'],
  { host, adminPort = WORKER_PORT, keepAliveMs, maxBodyBytes }: Config,
  log: Log,
): Promise<() => void> {
  try {
    const server = await serve(listenOnNodeSockets, {
      hostname: host,
      port: adminPort,
      clock: systemClock,
      keepAliveMs,
      maxBodyBytes,
      answer: (request) => app.fetch(request),
    });
    log.info(`Health and metrics on http://localhost:${server.port}`);
    return () => {
      void server.stop();
      server.cut();
    };
  } catch (error) {
    log.warning(
      `Can't listen on ${host}:${adminPort}: this worker has no health check and no metrics. Set ADMIN_PORT to another`,
      { reason: errorMessage(error) },
    );
    return () => {};
  }
}
