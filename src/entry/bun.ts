import { pause, systemClock } from '../ports/clock.ts';
import { openContainer, stopOnSignal } from './container.ts';
import { welcome } from './welcome.ts';

const { config, log, drivers, service } = await openContainer('api.log');

function listen() {
  try {
    return Bun.serve({
      hostname: config.host,
      port: config.port,
      // Bun's own error page is for developers of Bun's apps. Without it Bun would share a port that is taken.
      development: false,
      reusePort: false,
      // The app has its own limit, which answers with a problem document; Bun's would answer without one.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      // The address of the connection: a header that names another could be anyone's invention.
      fetch: (request, self) =>
        service.app.fetch(request, { clientAddress: self.requestIP(request)?.address }),
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
const server = listen();
void service.warmUp();
service.watch.start();
if (config.backfill === 'inline') service.worker.start();
welcome(log, config, drivers, server.port ?? config.port);

/** For answers on their way out. A request that never ends must not hold the process. */
const LAST_ANSWERS_MS = 1000;

stopOnSignal(log, async () => {
  const stopped = server.stop();
  await service.finish();
  await Promise.race([stopped, pause(systemClock, LAST_ANSWERS_MS)]);
  await server.stop(true);
  await service.close();
  log.info('Stopped');
});
