import { openContainer, stopOnSignal } from './container.ts';
import { welcome } from './welcome.ts';

const { config, log, drivers, service } = await openContainer('api.log');

function listen() {
  try {
    return Bun.serve({
      hostname: config.host,
      port: config.port,
      // The app has its own limit, which answers with a problem document; Bun's would answer without one.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      fetch: (request) => service.app.fetch(request),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    log.error(`Can't listen on ${config.host}:${config.port}: free it, or set PORT to another`, { reason });
    process.exit(1);
  }
}

const server = listen();
void service.warmUp();
if (config.backfill === 'inline') service.worker.start();
welcome(log, config, drivers, server.port ?? config.port);

stopOnSignal(log, async () => {
  service.refuse();
  await server.stop();
  await service.close();
  log.info('Stopped');
});
