import type { Accept } from '../accept/accept.ts';
import type { Config } from '../config/config.ts';
import { type App, createApp } from '../http/app.ts';
import { createAuthenticate } from '../http/auth/authenticate.ts';
import { KeyRing } from '../http/auth/key-ring.ts';
import { createDirect, type Direct } from '../http/direct.ts';
import { wantsStream } from '../http/ingress/streamed.ts';
import { createOperatorsApp } from '../http/operators-app.ts';
import type { Phase } from '../http/phase.ts';
import { TopicDirectory, type TopicDirectoryDeps } from '../http/kafka-rest/topic-directory.ts';
import { createPostV2 } from '../http/kafka-rest/v2.ts';
import { createPostV3, createPostV3Batch } from '../http/kafka-rest/v3.ts';
import { createPostBatch } from '../http/post-batch.ts';
import { createPostLines } from '../http/post-lines.ts';
import { createPostEvents } from '../http/post-events.ts';
import { createPostMessage } from '../http/post-message.ts';
import { createPostRaw } from '../http/post-raw.ts';
import type { AdminCircuits } from '../http/routes/admin-circuits.ts';
import type { AdminDeps } from '../http/routes/admin.ts';
import type { DevDeps } from '../http/routes/dev.ts';
import type { ReceiptsDeps } from '../http/routes/receipts.ts';
import { orderKeyOfEntry } from '../message/order-key.ts';
import type { Metrics } from '../ops/metrics.ts';
import { drainReadinessOf, readinessOf } from '../ops/readiness.ts';
import type { Snapshot } from '../ops/snapshot.ts';
import type { Clock } from '../ports/clock.ts';
import type { FallbackList } from '../ports/fallback-list.ts';
import type { Log } from '../ports/log.ts';

type OperatorsApp = ReturnType<typeof createOperatorsApp>;

/** What is served over HTTP. */
export interface Http {
  readonly app: App;
  /** The way past `app` for the requests that are many, for servers that read HTTP themselves. */
  readonly direct: Direct;
  /** Whether `app` wants a request before its body has arrived, for the same servers. */
  readonly wantsStream: typeof wantsStream;
  /** What the operators' port of the API serves, where there is one. */
  readonly operatorsApp: OperatorsApp | undefined;
  /** What a process that only drains serves. */
  readonly workerApp: OperatorsApp;
}

export interface HttpDeps extends ReceiptsDeps {
  readonly config: Config;
  readonly accept: Accept;
  /** The keys that clients may have, where a file may change them. By default those of `config`. */
  readonly keys: KeyRing | undefined;
  /** Metrics of this process. */
  readonly metrics: Metrics;
  /** Text of the metrics of all processes that share the port. */
  allMetrics: () => Promise<string>;
  readonly publisher: TopicDirectoryDeps['publisher'];
  isKafkaAway: () => boolean;
  snapshot: () => Snapshot;
  readonly list: FallbackList;
  readonly order: AdminCircuits['give'];
  readonly phase: () => Phase;
  readonly devKafka: DevDeps['kafka'] | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Groups of lines of one request that are accepted at the same time. */
const MOST_GROUPS = 4;

/** Puts the routes together: those for clients, and those for operators on the same port or on their own. */
export function createHttp(deps: HttpDeps): Http {
  const { config, keys, metrics, snapshot, findReceipt, phase, devKafka, clock, log } = deps;
  const { maxBodyBytes, corsOrigins, defaultTopic, topics, adminPort } = config;
  const posting = {
    accept: deps.accept,
    now: () => clock.wallTime(),
    defaultTopic,
    topics,
    newId: () => crypto.randomUUID(),
    keepsReceipts: config.dedupTtlMs > 0,
  };
  const postMessage = createPostMessage(posting);
  const postLines = createPostLines({
    ...posting,
    maxBodyBytes,
    mostGroups: config.ordering === 'key' ? 1 : MOST_GROUPS,
    isFinishing: () => phase() === 'finishing',
  });
  const ring = keys ?? keyRingOf(config);
  const authenticate = createAuthenticate(ring);
  const readiness = () => readinessOf(snapshot());
  const operators = {
    metrics: { contentType: metrics.contentType, text: deps.allMetrics },
    admin: adminDeps(deps),
  };
  const app = createApp({
    postMessage,
    postBatch: createPostBatch(posting, postLines),
    postLines,
    postRaw: createPostRaw(posting),
    postEvents: createPostEvents(posting),
    postV2: createPostV2(posting),
    postV3: createPostV3(posting),
    postV3Batch: createPostV3Batch(posting),
    topicDirectory: new TopicDirectory({
      topics,
      publisher: deps.publisher,
      isAway: deps.isKafkaAway,
      clock,
    }),
    findReceipt,
    maxBodyBytes,
    authenticate,
    topics,
    hasKeys: ring !== undefined,
    corsOrigins,
    readiness,
    phase,
    log,
    ...(adminPort === undefined ? operators : {}),
    dev: devKafka && { kafka: devKafka, defaultTopic },
  });
  const allowsOrigins = corsOrigins.length > 0;
  return {
    app,
    wantsStream,
    direct: createDirect({ postMessage, authenticate, allowsOrigins, phase, log }),
    operatorsApp: adminPort === undefined ? undefined : createOperatorsApp({ ...operators, readiness, log }),
    workerApp: createOperatorsApp({ metrics, readiness: () => drainReadinessOf(snapshot()), log }),
  };
}

function adminDeps({ config, list, snapshot, order, clock }: HttpDeps): AdminDeps | undefined {
  if (config.adminToken === undefined) return undefined;
  return {
    token: config.adminToken,
    maxBodyBytes: config.maxBodyBytes,
    list,
    bounds: config.fallback,
    circuits: { snapshot, give: order, now: () => clock.wallTime() },
    orderKeyOf: config.ordering === 'key' ? orderKeyOfEntry : undefined,
  };
}

/** Undefined: every client may send. A file that nobody has read lets nobody in. */
function keyRingOf({ apiKeys, apiKeysFile }: Config): KeyRing | undefined {
  return apiKeys || apiKeysFile !== undefined ? new KeyRing(apiKeys ?? []) : undefined;
}
