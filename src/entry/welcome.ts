import type { Config } from '../config.ts';
import type { Log } from '../ports/log.ts';
import type { Drivers } from './drivers.ts';

/** Says where the service listens and on what it runs; to developers also what to try first. */
export function welcome(
  log: Log,
  config: Config,
  { names, devKafka, shortfalls }: Drivers,
  port: number,
): void {
  const url = `http://localhost:${port}`;
  log.info(`Listening on ${url}`, { kafka: names.kafka, redis: names.redis, backfill: config.backfill });
  for (const shortfall of shortfalls) log.warning(shortfall);
  if (!devKafka || config.log.format !== 'text') return;
  console.log(`
  Post a message:     curl -i ${url}/v1/messages -H 'Content-Type: application/json' -d '{"value": {"hello": "world"}}'
  See what arrived:   curl ${url}/dev/kafka
  Make Kafka fail:    curl -X POST ${url}/dev/kafka/fail
  Let it recover:     curl -X POST ${url}/dev/kafka/recover
`);
}
