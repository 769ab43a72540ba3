import { waitUntil } from 'cloudflare:workers';
import { type Config, ConfigError } from '../config/config.ts';
import { RestPublisher } from '../drivers/kafka/rest/publisher.ts';
import type { Fetch } from '../drivers/kafka/rest/proxy-client.ts';
import { perCall } from '../drivers/store/redis/verbs/batcher.ts';
import { UpstashStore } from '../drivers/store/redis/upstash/store.ts';
import type { Clock } from '../ports/clock.ts';
import { answer, unavailable, WRONG_SETTINGS } from './edge/answer.ts';
import { SubrequestBudget } from './edge/subrequest-budget.ts';
import { withWaitUntil } from './edge/wait-until.ts';
import type { Bindings } from './edge/platform.ts';
import { openService } from './edge/service.ts';
import { withClaimLimit } from './edge/claim-limit.ts';

const calls = new SubrequestBudget();
/** Within the minute until the next scheduled event, and within its limit of subrequests. */
const RECOVER = { forMs: 25_000, mayGoOn: () => calls.messages > 0 };

/**
 * Per isolate, and created at the first event: before it a Worker may neither read the clock nor draw random
 * numbers.
 */
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
    // A client that disconnects must not end a trial or a park that others wait for.
    waitUntil(response);
    return response;
  },

  /** Cron trigger, once a minute: runs a trial that is due, and drains. */
  async scheduled(_: unknown, bindings: Bindings): Promise<void> {
    const edge = open(bindings);
    if (edge) await calls.during(() => edge.service.onSchedule(RECOVER));
  },
};

function openDrivers(config: Config, clock: Clock) {
  const { kafka, kafkaRest, redisUrl, upstash, defaultTopic, publishTimeoutMs, ordering, embedded } = config;
  const problems: string[] = [];
  if (kafka)
    problems.push(
      'KAFKA_BROKERS has no use here: set KAFKA_REST_URL, or deploy the Durable Object (--env object)',
    );
  else if (!kafkaRest) problems.push('KAFKA_REST_URL must be set');
  if (redisUrl !== undefined)
    problems.push('REDIS_URL has no use here: set UPSTASH_REDIS_REST_URL in its place');
  else if (!upstash) problems.push('UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN must be set');
  if (embedded.length > 0) problems.push('EMBEDDED has no use here, where no file is kept');
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
  const store = new UpstashStore({ ...upstash, scheduleFlush: perCall, onCall: calls.count });
  return {
    publisher,
    keep: waitUntil,
    shortfalls: publisher.shortfalls,
    store: withWaitUntil(
      withClaimLimit(store, () => calls.messages),
      waitUntil,
    ),
  };
}
