import { waitUntil } from 'cloudflare:workers';
import { type Config, ConfigError } from '../config.ts';
import { RestPublisher } from '../drivers/kafka/rest.ts';
import { perCall } from '../drivers/store/gathering.ts';
import { UpstashStore } from '../drivers/store/upstash.ts';
import type { Clock } from '../ports/clock.ts';
import { answer, unavailable, WRONG_SETTINGS } from './edge/answer.ts';
import { kept } from './edge/kept.ts';
import type { Bindings } from './edge/platform.ts';
import { openService } from './edge/service.ts';
import { shortfallsOf } from './shortfalls.ts';

/**
 * Well within the minute until the next event of the schedule, and, with five calls for each batch,
 * within the thousand calls that an event may make.
 */
const RECOVER = { forMs: 25_000, maxBatches: 150 };

/** Of this isolate. It can't be made before there is an event: until then nothing may be read, nor drawn by lot. */
let opened: { readonly edge: ReturnType<typeof openService> } | undefined;

function open(bindings: Bindings) {
  opened ??= { edge: openService(bindings, openDrivers) };
  return opened.edge;
}

export default {
  fetch(request: Request, bindings: Bindings): Promise<Response> {
    const edge = open(bindings);
    if (!edge) return Promise.resolve(unavailable(WRONG_SETTINGS));
    const response = answer(edge.service, request, waitUntil);
    // A client that goes away must not end what has begun: a trial, a park, what others wait for.
    waitUntil(response);
    return response;
  },

  /** Once a minute: makes the trial that is due, and drains. */
  async scheduled(_: unknown, bindings: Bindings): Promise<void> {
    const edge = open(bindings);
    if (!edge) return;
    const { fleet, watch, kafka, recover } = edge.service;
    const isNew = fleet.needsLook === 'first';
    await Promise.all([fleet.look(), watch.look()]);
    if (edge.config.backfill === 'off') return;
    // A new isolate can't know since when the circuit is open, and the next event may find a new one again.
    if (isNew) kafka.tryNow();
    await recover(RECOVER);
  },
};

function openDrivers(config: Config, clock: Clock) {
  const { kafka, kafkaRest, redisUrl, upstash, defaultTopic, publishTimeoutMs } = config;
  const problems: string[] = [];
  if (kafka)
    problems.push(
      'KAFKA_BROKERS has no use here: set KAFKA_REST_URL, or deploy the Durable Object (--env object)',
    );
  else if (!kafkaRest) problems.push('KAFKA_REST_URL must be set');
  if (redisUrl !== undefined)
    problems.push('REDIS_URL has no use here: set UPSTASH_REDIS_REST_URL in its place');
  else if (!upstash) problems.push('UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN must be set');
  if (!kafkaRest || !upstash || problems.length > 0) throw new ConfigError(problems);
  const own = { probeTopic: defaultTopic, timeoutMs: publishTimeoutMs };
  const publisher = new RestPublisher({ ...kafkaRest, ...own }, clock);
  return {
    publisher,
    shortfalls: shortfallsOf(publisher),
    store: kept(new UpstashStore({ ...upstash, gathering: perCall }), waitUntil),
  };
}
