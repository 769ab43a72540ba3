import { waitUntil } from 'cloudflare:workers';
import { type Config, ConfigError } from '../config.ts';
import { RestPublisher } from '../drivers/kafka/rest.ts';
import type { Fetch } from '../drivers/kafka/rest/line.ts';
import { perCall } from '../drivers/store/gathering.ts';
import { UpstashStore } from '../drivers/store/upstash.ts';
import type { Clock } from '../ports/clock.ts';
import { answer, unavailable, WRONG_SETTINGS } from './edge/answer.ts';
import { Calls } from './edge/calls.ts';
import { kept } from './edge/kept.ts';
import type { Bindings } from './edge/platform.ts';
import { openService } from './edge/service.ts';
import { sparing } from './edge/sparing.ts';
import { shortfallsOf } from './shortfalls.ts';

const calls = new Calls();
/** Well within the minute until the next event of the schedule, and within the calls that one may make. */
const RECOVER = { forMs: 25_000, mayGoOn: () => calls.messages > 0 };

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
    if (edge) await calls.during(() => work(edge));
  },
};

async function work({ service, config }: NonNullable<ReturnType<typeof open>>): Promise<void> {
  const { fleet, watch, kafka, recover } = service;
  const isNew = fleet.needsLook === 'first';
  await Promise.all([fleet.look(), watch.look()]);
  if (config.backfill === 'off') return;
  // A new isolate can't know since when the circuit is open, and the next event may find a new one again.
  if (isNew) kafka.tryNow();
  await recover(RECOVER);
}

function openDrivers(config: Config, clock: Clock) {
  const { kafka, kafkaRest, redisUrl, upstash, defaultTopic, publishTimeoutMs, ordering } = config;
  const problems: string[] = [];
  if (kafka)
    problems.push(
      'KAFKA_BROKERS has no use here: set KAFKA_REST_URL, or deploy the Durable Object (--env object)',
    );
  else if (!kafkaRest) problems.push('KAFKA_REST_URL must be set');
  if (redisUrl !== undefined)
    problems.push('REDIS_URL has no use here: set UPSTASH_REDIS_REST_URL in its place');
  else if (!upstash) problems.push('UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN must be set');
  if (ordering === 'key')
    problems.push(
      'ORDERING=key has no use here, where messages of one key go one by one and an event may make 1,000 calls: deploy the Durable Object (--env object)',
    );
  if (!kafkaRest || !upstash || problems.length > 0) throw new ConfigError(problems);
  const own = { probeTopic: defaultTopic, timeoutMs: publishTimeoutMs };
  const counted: Fetch = (url, init) => {
    calls.count();
    return fetch(url, init);
  };
  const publisher = new RestPublisher({ ...kafkaRest, ...own, fetch: counted }, clock);
  const store = new UpstashStore({ ...upstash, gathering: perCall, onCall: calls.count });
  return {
    publisher,
    shortfalls: shortfallsOf(publisher),
    store: kept(
      sparing(store, () => calls.messages),
      waitUntil,
    ),
  };
}
