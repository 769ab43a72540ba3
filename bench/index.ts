// Compares the drivers with others, on a real Kafka and a real Redis that it starts, and prints one table.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { startKafka } from '../test/support/kafka/service.ts';
import { startRedis } from '../test/support/redis/service.ts';
import { PLAIN_KAFKAJS } from './clients/kafkajs.ts';
import { compare } from './compare.ts';
import { Contender } from './contender.ts';
import { unpatchedKafkaJs } from '../test/support/kafka/unpatched-kafkajs.ts';
import { type Entrant, ROWS } from './rows.ts';
import { TABLE_HEAD, toLines } from './table.ts';
import { installWrk } from './wrk.ts';

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, quick: { type: 'boolean', default: false } },
});
const names = values.only?.flatMap((list) => list.split(',')) ?? ROWS.map(({ name }) => name);
const unknown = names.filter((name) => !ROWS.some((row) => row.name === name));
if (unknown.length > 0) {
  console.error(`No row ${unknown.join(', ')}: there are ${ROWS.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}

const effort = values.quick ? { repeats: 2, ms: 500 } : { repeats: 5, ms: 1500 };
// KafkaJS as it comes warns of its own negative timers.
const env = { NODE_NO_WARNINGS: '1', [PLAIN_KAFKAJS]: await unpatchedKafkaJs() };
if (names.some((name) => name.startsWith('http'))) await installWrk();
const [kafka, redis] = await Promise.all([startKafka(), startRedis()]);
try {
  let topics = 0;
  const start = async ({ client }: Entrant) => {
    const topic = `bench-${topics++}`;
    // What was written is of no use to anyone: it must not fill the disk.
    await kafka.createTopic(topic, {
      config: { 'retention.bytes': '10000000', 'segment.bytes': '10000000' },
    });
    return Contender.start(client, { brokers: [kafka.brokers], topic, redisUrl: redis.url }, env);
  };
  console.log(
    `${availableParallelism()} cores, Bun ${Bun.version}; values of 200 bytes, acks=all, 3 partitions; appendfsync always.`,
  );
  console.log(
    `${effort.repeats} repeats in turns. Ratios: how many times better; above 1, the left one is.\n`,
  );
  console.log(TABLE_HEAD);
  for (const row of ROWS.filter(({ name }) => names.includes(name))) {
    for (const line of toLines(row, await compare(row, effort, start))) console.log(line);
  }
} finally {
  await Promise.all([kafka.stop(), redis.stop()]);
}
