// What ORDERING=key costs a request: two services, as processes, on a real Kafka and a real Redis, take turns.
import { startKafka } from '../test/support/kafka/service.ts';
import { startRedis } from '../test/support/redis/service.ts';
import { startSpillway } from '../test/support/process/spillway.ts';
import { short, spread } from './spread.ts';

const REPEATS = 7;
const TURN_MS = 1500;
const KEYS = 4000;
const VALUE = 'x'.repeat(200);

const [kafka, redis] = await Promise.all([startKafka(), startRedis()]);
await kafka.createTopic('order');
const start = (ORDERING: string) =>
  startSpillway({
    ORDERING,
    BACKFILL: 'off',
    KAFKA_BROKERS: kafka.brokers,
    REDIS_URL: redis.url,
    KAFKA_TOPIC: 'order',
  });
const services = { none: await start('none'), key: await start('key') };
type Ordering = keyof typeof services;
const orderings = ['none', 'key'] as const;

/** With `named`, each message has an id of its own, for which Redis is asked anyway. */
interface Callers {
  readonly count: number;
  readonly named: boolean;
}

async function turn(ordering: Ordering, { count, named }: Callers): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + TURN_MS;
  const call = async (caller: number) => {
    for (let n = caller; performance.now() < end; n += count) {
      const id = named ? { id: crypto.randomUUID() } : {};
      const began = performance.now();
      const response = await services[ordering].post({ ...id, key: `key-${n % KEYS}`, value: VALUE });
      await response.text();
      if (response.status !== 202) throw new Error(`Answered ${response.status}`);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: count }, (_, caller) => call(caller)));
  return times.toSorted((a, b) => a - b);
}

const at = (times: readonly number[], part: number) => times[Math.floor(times.length * part)] ?? Number.NaN;

function row(name: string, values: readonly number[]): string {
  const { min, median, max } = spread(values);
  return `${name} ${short(median)} (${short(min)} – ${short(max)})`;
}

try {
  for (const callers of [1, 64].flatMap((count) => [false, true].map((named) => ({ count, named })))) {
    const turns: Record<Ordering, number[][]> = { none: [], key: [] };
    for (const ordering of orderings) await turn(ordering, callers);
    for (let repeat = 0; repeat < REPEATS; repeat++)
      for (const ordering of orderings) turns[ordering].push(await turn(ordering, callers));
    for (const ordering of orderings) {
      const all = turns[ordering];
      const figures = [
        row(
          'p50 ms',
          all.map((times) => at(times, 0.5)),
        ),
        row(
          'p99 ms',
          all.map((times) => at(times, 0.99)),
        ),
        row(
          'messages/s',
          all.map(({ length }) => (length / TURN_MS) * 1000),
        ),
      ];
      const who = `${callers.count} callers${callers.named ? ', with ids' : ''}, ORDERING=${ordering}`;
      console.log(`${who}: ${figures.join('; ')}`);
    }
  }
} finally {
  await Promise.all([services.none.end('SIGKILL'), services.key.end('SIGKILL')]);
  await Promise.all([kafka.stop(), redis.stop()]);
}
