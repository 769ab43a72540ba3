import { openContainer, stopOnSignal } from './container.ts';

const { log, drivers, service } = await openContainer('backfill.log');

log.info('Draining the fallback list', { kafka: drivers.names.kafka, redis: drivers.names.redis });
await service.fleet.start();
service.watch.start();
service.worker.start();
// Timers and sockets come and go; the process stays until it is told to stop.
const alive = setInterval(() => {}, 3_600_000);

stopOnSignal(log, async () => {
  clearInterval(alive);
  await service.finish();
  await service.close();
  log.info('Stopped');
});
