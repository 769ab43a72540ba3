import { idKey } from '../../src/message/id-key.ts';
import { expect } from 'bun:test';
import { until } from '../support/process/wait.ts';
import { logLine, PUBLISHED, QUEUED, send, sendMany } from './messages.ts';
import type { Stage } from './stage.ts';

const KAFKA_OPENED = logLine('WARNING', 'Circuit breaker kafka_producer opened - Kafka unavailable');
const KAFKA_HALF_OPEN = logLine(
  'INFO',
  'Circuit breaker kafka_producer half-open - Testing Kafka connection',
);
const KAFKA_CLOSED = logLine('INFO', 'Circuit breaker kafka_producer closed - Kafka available');
const REDIS_OPENED = logLine('WARNING', 'Circuit breaker redis_client opened - Redis unavailable');
const REDIS_HALF_OPEN = logLine('INFO', 'Circuit breaker redis_client half-open - Testing Redis connection');
const REDIS_CLOSED = logLine('INFO', 'Circuit breaker redis_client closed - Redis available');
const BOTH_OPEN = logLine('ERROR', 'Both Kafka and Redis circuits open - cannot process message');

const DETAIL = 'Message processing services temporarily unavailable';

export async function kafkaCircuitOpens(stage: Stage): Promise<void> {
  // CLOSED: no circuit breaker logs.
  const sent = [await send(stage)];
  expect(sent).toEqual([expect.objectContaining(PUBLISHED)]);
  expect(await stage.sh('grep "Circuit breaker" logs/*.log')).toEqual([]);

  // OPEN: after 5 failures, and not before.
  await stage.kafka.kill();
  sent.push(...(await sendMany(stage, 4)));
  expect([await stage.state('kafka'), await stage.failures('kafka')]).toEqual([0, 4]);
  sent.push(await send(stage));
  await stage.isOpen('kafka');
  sent.push(...(await sendMany(stage, 20)));
  expect(sent.slice(1)).toEqual(Array.from({ length: 25 }, () => expect.objectContaining(QUEUED)));

  // Symptoms, and Monitoring.
  const [opened] = await stage.sh('grep "kafka_circuit_breaker" logs/api.log');
  expect(opened).toMatch(KAFKA_OPENED);
  await until('all are in the list', async () => (await stage.queueLength()) === 25);

  // Resolution.
  await stage.kafka.start();
  await stage.isClosed('kafka');
  const recovery = await stage.sh(String.raw`grep "kafka_producer closed\|half-open" logs/api.log`);
  expect(recovery.at(-2)).toMatch(KAFKA_HALF_OPEN);
  expect(recovery.at(-1)).toMatch(KAFKA_CLOSED);
  await stage.isDrained();
  await stage.expectInTopic(sent.map(({ id }) => id));
  expect(await send(stage)).toMatchObject(PUBLISHED);
}

/** On a stage where a client may send 5 messages a minute. */
export async function redisCircuitOpens(stage: Stage): Promise<void> {
  const again = 'sent-again';
  expect(await send(stage, again)).toMatchObject(PUBLISHED);
  const others = await sendMany(stage, 5);
  expect(others.map(({ status }) => status)).toEqual([202, 202, 202, 202, 429]);
  const receipt = `redis-cli GET spillway:message:${idKey({ id: again })}`;
  await until('its receipt is in Redis', async () => (await stage.sh(receipt))[0]?.includes('published'));

  await stage.redis.kill();
  const untilOpen = await until('the redis circuit is open', async () => {
    const seen = await send(stage);
    return (await stage.state('redis')) === 1 && seen;
  });
  expect(await stage.failures('redis')).toBeGreaterThanOrEqual(3);

  // Impact: rate limiting, caching and deduplication are off, and messages reach Kafka.
  expect(untilOpen).toMatchObject(PUBLISHED);
  const meanwhile = [await send(stage, again), ...(await sendMany(stage, 10))];
  expect(meanwhile).toEqual(Array.from({ length: 11 }, () => expect.objectContaining(PUBLISHED)));

  // Symptoms.
  const [opened] = await stage.sh('grep "Circuit breaker redis_client" logs/api.log');
  expect(opened).toMatch(REDIS_OPENED);

  // Resolution.
  await stage.redis.start();
  await stage.isClosed('redis');
  expect(await stage.sh('redis-cli PING')).toEqual(['PONG']);
  expect((await stage.sh('redis-cli INFO memory')).join('\n')).toContain('used_memory:');
  const recovery = await stage.sh(String.raw`grep "redis_client closed\|half-open" logs/api.log`);
  expect(recovery.at(-2)).toMatch(REDIS_HALF_OPEN);
  expect(recovery.at(-1)).toMatch(REDIS_CLOSED);
  await until('the limit holds again', async () => (await send(stage)).status === 429);

  // Potential duplicates, which consumers recognise.
  const records = await stage.kafka.read(stage.topic);
  expect(records.filter(({ headers }) => headers['spillway-id'] === again)).toHaveLength(2);
}

export async function bothCircuitsOpen(stage: Stage): Promise<void> {
  await stage.kafka.kill();
  const queued = await sendMany(stage, 10);
  expect(queued).toEqual(Array.from({ length: 10 }, () => expect.objectContaining(QUEUED)));
  await stage.redis.kill();
  await Promise.all([stage.isOpen('kafka'), stage.isOpen('redis')]);

  // Symptoms, and API Response.
  const refused = await until('both circuits refuse', async () => {
    const seen = await send(stage);
    const errors = await stage.sh('grep " - ERROR - Both" logs/api.log');
    return errors.length > 0 && { seen, errors };
  });
  expect(refused.seen).toMatchObject({ status: 503, fallback: null, body: { detail: DETAIL } });
  expect(refused.errors[0]).toMatch(BOTH_OPEN);
  expect((await fetch(`${stage.api.url}/health/ready`)).status).toBe(503);

  // Resolution: Redis first.
  await stage.redis.start();
  await stage.isClosed('redis');
  queued.push(await send(stage));
  expect(queued.at(-1)).toMatchObject(QUEUED);
  await until('the backlog is there, as it was', async () => (await stage.queueLength()) === 11);

  // Then Kafka.
  await stage.kafka.start();
  await stage.isClosed('kafka');
  const kafka = await stage.sh('grep "kafka_circuit_breaker" logs/api.log');
  expect(kafka.at(-2)).toMatch(KAFKA_HALF_OPEN);
  expect(kafka.at(-1)).toMatch(KAFKA_CLOSED);

  // And the backlog.
  await stage.isDrained();
  await stage.expectInTopic(queued.map(({ id }) => id));
  const everyLog = (await stage.sh('grep "Circuit breaker" logs/*.log')).join('\n');
  expect(everyLog).toContain('logs/api.log:');
  expect(everyLog).toContain('logs/backfill.log:');
}
