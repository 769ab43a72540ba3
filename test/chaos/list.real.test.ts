import { beforeEach, expect, test } from 'bun:test';
import { fromEntry } from '../../src/message/entry.ts';
import { RedisStore } from '../../src/drivers/store/redis/native/store.ts';
import { UpstashStore } from '../../src/drivers/store/redis/upstash/store.ts';
import type { Store } from '../../src/ports/store.ts';
import { ParkLoad, valueOf } from '../support/redis/park-load.ts';
import { Random } from '../support/fakes/seeded-random.ts';
import { UpstashServer } from '../support/redis/upstash-server.ts';
import { until } from '../support/process/wait.ts';
import { breakRedis, breakWorker } from './fault-injection.ts';
import { RestartableWorker } from './restartable-worker.ts';
import { describeChaos } from './stage.ts';

const SECONDS = Number(process.env['CHAOS_SECONDS'] ?? 14);
/** `CHAOS_SEED=17 bun test chaos/list` breaks things in the same order; when exactly, the machine decides. */
const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 100_000);
const MESSAGES = Math.max(20_000, 1400 * SECONDS);
const PUBLISH_TIMEOUT_MS = 500;
const LEASE_MS = 2 * PUBLISH_TIMEOUT_MS + 4000;
/** Each way to Kafka: workers that are quicker hold nothing when they are killed. */
const SLOW_MS = 75;
const SETUP_MS = 120_000;
const NAME = `the fallback list, for ${SECONDS} s of dying workers and Redis,`;

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

describeChaos(NAME, ['kafka', 'redis', 'proxy'], (stage) => {
  let topic: string;
  let workers: RestartableWorker[];
  let stores: Store[];

  beforeEach(async () => {
    topic = await stage.newTopic();
    const upstash = await UpstashServer.start(stage.redis.url);
    stage.defer(() => upstash.stop());
    const rest = { url: upstash.url, token: upstash.token };
    const native = { REDIS_URL: stage.redis.url };
    const overHttp = { UPSTASH_REDIS_REST_URL: rest.url, UPSTASH_REDIS_REST_TOKEN: rest.token };
    workers = [native, native, overHttp, overHttp].map(
      (storeVariables) =>
        new RestartableWorker({
          ...storeVariables,
          KAFKA_BROKERS: stage.brokers,
          KAFKA_TOPIC: topic,
          PUBLISH_TIMEOUT_MS: String(PUBLISH_TIMEOUT_MS),
          KAFKA_BREAKER_RESET_TIMEOUT: '0.3',
          KAFKA_BREAKER_TIMEOUT_DURATION: '0.3',
          REDIS_BREAKER_RESET_TIMEOUT: '0.3',
          REDIS_BREAKER_TIMEOUT_DURATION: '0.3',
        }),
    );
    stores = [
      new RedisStore(stage.redis.url),
      new RedisStore(stage.redis.url),
      new UpstashStore(rest),
      new UpstashStore(rest),
    ];
    for (const store of stores) stage.defer(() => store.close());
    for (const worker of workers) stage.defer(() => worker.stop());
    await Promise.all(workers.map((worker) => worker.start()));
  }, SETUP_MS);

  async function readDead(): Promise<string[]> {
    const reply = await stores[0]?.list.deadLetters({ limit: MESSAGES });
    if (reply?.kind !== 'done') throw new Error('The dead letters could not be read');
    return reply.value.map(({ entry }) => fromEntry(entry)?.id ?? entry);
  }

  test(
    'loses nothing that it was told to be parked, and nothing comes out that was not put in',
    async () => {
      stage.proxy.delay(SLOW_MS);
      const ms = SECONDS * 1000;
      const loads = stores.map(({ list }, index) => {
        const random = new Random(SEED + 100 + index);
        const settings = { name: `p${index}`, topic, count: MESSAGES / stores.length, ms, random };
        return new ParkLoad(list, settings);
      });
      const faults = {
        redis: stage.redis,
        end: performance.now() + ms,
        batchMs: 4 * SLOW_MS,
        stallMs: LEASE_MS + 500,
      };
      const parking = Promise.all(loads.map((load) => load.run()));
      const [redisKills] = await Promise.all([
        breakRedis(faults, new Random(SEED)),
        // The first of each kind begins by standing still.
        ...workers.map((worker, index) =>
          breakWorker(faults, worker, new Random(SEED + 1 + index), index % 2 === 0),
        ),
      ]);
      stage.proxy.pass();
      await parking;
      await until(
        'all is drained',
        async () => {
          const reply = await stores[0]?.list.backlog();
          return reply?.kind === 'done' && reply.value.waiting + reply.value.claimed === 0;
        },
        { timeoutMs: 90_000 },
      );
      for (const worker of workers) expect(await worker.end('SIGTERM')).toBe(0);

      const parked = new Set(loads.flatMap((load) => load.parked));
      const records = await stage.kafka.read(topic);
      const values = new Map(records.map(({ headers, value }) => [headers['spillway-id'] ?? '', value]));
      const dead = new Set(await readDead());
      const output = workers.map((worker) => worker.output).join('');
      const takenBack = [...output.matchAll(/went away with a batch.*entries=(\d+)/g)];
      const counts = {
        parked: parked.size,
        'worker kills': sum(workers.map(({ kills }) => kills)),
        'Redis kills': redisKills,
        stalls: sum(workers.map(({ stalls }) => stalls)),
        'parks tried again': sum(loads.map(({ retries }) => retries)),
        'entries taken back': sum(takenBack.map(([, count]) => Number(count))),
        'batches not settled': [...output.matchAll(/lost its lease|could not settle/g)].length,
        duplicates: records.length - values.size,
        'dead letters': dead.size,
      };
      const told = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
      console.log(`Chaos of the list, ${SECONDS} s, seed ${SEED}: ${told.join(', ')}`);
      expect(parked.size).toBe(MESSAGES);
      // A dead letter is kept: operators can put it back.
      expect([...parked].filter((id) => !values.has(id) && !dead.has(id))).toEqual([]);
      expect([...values].filter(([id, value]) => !parked.has(id) || value !== valueOf(id))).toEqual([]);
      expect([...dead].filter((id) => !parked.has(id))).toEqual([]);
      // Otherwise no worker was hit while it held a batch.
      expect(takenBack.length).toBeGreaterThan(0);
    },
    SETUP_MS + SECONDS * 3000,
  );
});
