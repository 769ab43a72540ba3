import type { Config } from '../config/config.ts';
import { openAccessWarnings } from '../config/open-access.ts';
import { firstSteps } from '../http/routes/dev.ts';
import type { Log } from '../ports/log.ts';
import type { Drivers } from './drivers.ts';

/** Logs the address and the drivers, and shows developers what to try first. */
export function welcome(
  log: Log,
  config: Config,
  { names, devKafka, shortfalls }: Drivers,
  port: number,
  print: (text: string) => void,
): void {
  const url = `${config.tls ? 'https' : 'http'}://localhost:${port}`;
  log.info(`Listening on ${url}`, { kafka: names.kafka, redis: names.redis, backfill: config.backfill });
  for (const warning of [...openAccessWarnings(config), ...shortfalls]) log.warning(warning);
  if (!devKafka || config.log.format !== 'text') return;
  print(firstSteps(url));
}
