import { openContainer, stopOnSignal } from './container.ts';
import { serveWorker } from './worker-server.ts';

const { config, log, drivers, service } = await openContainer('backfill.log');

log.info('Draining the fallback list', { kafka: drivers.names.kafka, redis: drivers.names.redis });
const closeServer = await serveWorker(service.workerApp, config, log);
await service.start();
service.startBackfill();
// Keeps the process alive until a signal, when no timer or socket does.
const alive = setInterval(() => {}, 3_600_000);

stopOnSignal(log, async () => {
  clearInterval(alive);
  await service.finish();
  closeServer();
  await service.close();
  log.info('Stopped');
});
