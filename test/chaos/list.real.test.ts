import { afterAll, beforeAll, expect, test } from 'bun:test';
import { fromEntry } from '../../src/accept/parse.ts';
import { RedisStore } from '../../src/drivers/store/redis.ts';
import { UpstashStore } from '../../src/drivers/store/upstash.ts';
import type { Store } from '../../src/ports/store.ts';
import { Seat, sum } from '../support/crew.ts';
import { breakRedis, breakWorker } from '../support/havoc.ts';
import { freePort } from '../support/free-port.ts';
import type { KafkaService } from '../support/kafka.ts';
import { Parker, valueOf } from '../support/parker.ts';
import { Proxy } from '../support/proxy.ts';
import { Random } from '../support/random.ts';
import type { RedisService } from '../support/redis.ts';
import { describeReal, ownKafka, ownRedis } from '../support/services.ts';
import { UpstashServer } from '../support/upstash-server.ts';
import { until } from '../support/wait.ts';

const SECONDS = Number(process.env['CHAOS_SECONDS'] ?? 14);
/** `CHAOS_SEED=17 bun test chaos/list` breaks things in the same order; when exactly, the machine decides. */
const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 100_000);
const MESSAGES = Math.max(20_000, 1400 * SECONDS);
const TOPIC = 'chaos-list';
const PUBLISH_TIMEOUT_MS = 500;
const LEASE_MS = 2 * PUBLISH_TIMEOUT_MS + 4000;
/** Each way to Kafka: workers that are quicker hold nothing when they are killed. */
const SLOW_MS = 75;
const SETUP_MS = 120_000;

describeReal(`the fallback list, for ${SECONDS} s of dying workers and Redis,`, ['kafka', 'redis'], () => {
  let kafka: KafkaService;
  let proxy: Proxy;
  let redis: RedisService;
  let upstash: UpstashServer;
  let seats: Seat[];
  let stores: Store[];

  beforeAll(async () => {
    const [port, advertisedPort] = [await freePort(), await freePort()];
    proxy = await Proxy.start({ target: port, port: advertisedPort });
    [kafka, redis] = await Promise.all([ownKafka({ port, advertisedPort }), ownRedis()]);
    await kafka.createTopic(TOPIC);
    upstash = await UpstashServer.start(redis.url);
    const rest = { url: upstash.url, token: upstash.token };
    const native = { REDIS_URL: redis.url };
    const overHttp = { UPSTASH_REDIS_REST_URL: rest.url, UPSTASH_REDIS_REST_TOKEN: rest.token };
    seats = [native, native, overHttp, overHttp].map(
      (storeVariables) =>
        new Seat({
          ...storeVariables,
          KAFKA_BROKERS: `127.0.0.1:${advertisedPort}`,
          KAFKA_TOPIC: TOPIC,
          PUBLISH_TIMEOUT_MS: String(PUBLISH_TIMEOUT_MS),
          KAFKA_BREAKER_RESET_TIMEOUT: '0.3',
          KAFKA_BREAKER_TIMEOUT_DURATION: '0.3',
          REDIS_BREAKER_RESET_TIMEOUT: '0.3',
          REDIS_BREAKER_TIMEOUT_DURATION: '0.3',
        }),
    );
    stores = [
      new RedisStore(redis.url),
      new RedisStore(redis.url),
      new UpstashStore(rest),
      new UpstashStore(rest),
    ];
    await Promise.all(seats.map((seat) => seat.start()));
  }, SETUP_MS);

  afterAll(async () => {
    await Promise.all([...seats.map((seat) => seat.end('SIGKILL')), ...stores.map((store) => store.close())]);
    await Promise.all([kafka.stop(), redis.stop(), upstash.stop()]);
    proxy.close();
  });

  async function readDead(): Promise<string[]> {
    const reply = await stores[0]?.list.deadLetters({ limit: MESSAGES });
    if (reply?.kind !== 'done') throw new Error('The dead letters could not be read');
    return reply.value.map(({ entry }) => fromEntry(entry)?.id ?? entry);
  }

  test(
    'loses nothing that it was told to be parked, and nothing comes out that was not put in',
    async () => {
      proxy.delay(SLOW_MS);
      const ms = SECONDS * 1000;
      const parkers = stores.map(({ list }, index) => {
        const random = new Random(SEED + 100 + index);
        const settings = { name: `p${index}`, topic: TOPIC, count: MESSAGES / stores.length, ms, random };
        return new Parker(list, settings);
      });
      const havoc = { redis, end: performance.now() + ms, batchMs: 4 * SLOW_MS, stallMs: LEASE_MS + 500 };
      const parking = Promise.all(parkers.map((parker) => parker.run()));
      const [redisKills] = await Promise.all([
        breakRedis(havoc, new Random(SEED)),
        // The first of each kind begins by standing still.
        ...seats.map((seat, index) =>
          breakWorker(havoc, seat, new Random(SEED + 1 + index), index % 2 === 0),
        ),
      ]);
      proxy.pass();
      await parking;
      await until(
        'all is drained',
        async () => {
          const reply = await stores[0]?.list.backlog();
          return reply?.kind === 'done' && reply.value.waiting + reply.value.claimed === 0;
        },
        { timeoutMs: 90_000 },
      );
      for (const seat of seats) expect(await seat.end('SIGTERM')).toBe(0);

      const parked = new Set(parkers.flatMap((parker) => parker.parked));
      const records = await kafka.read(TOPIC);
      const values = new Map(records.map(({ headers, value }) => [headers['spillway-id'] ?? '', value]));
      const dead = new Set(await readDead());
      const output = seats.map((seat) => seat.output).join('');
      const takenBack = [...output.matchAll(/went away with a batch.*entries=(\d+)/g)];
      const counts = {
        parked: parked.size,
        'worker kills': sum(seats.map(({ kills }) => kills)),
        'Redis kills': redisKills,
        stalls: sum(seats.map(({ stalls }) => stalls)),
        'parks tried again': sum(parkers.map(({ retries }) => retries)),
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
      // Else nobody was hit while it held something.
      expect(takenBack.length).toBeGreaterThan(0);
    },
    SETUP_MS + SECONDS * 3000,
  );
});
