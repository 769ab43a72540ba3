import { expect } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningLoad, startLoad } from '../load/start.ts';
import { until } from '../support/process/wait.ts';
import type { Stage } from './stage.ts';

/** The guide's command, and a file for what was told 202. */
function start(stage: Stage, users: number, spawnRate: number): RunningLoad {
  const { url, dir } = stage.api;
  return startLoad([
    `--host=${url}`,
    `--users=${users}`,
    `--spawn-rate=${spawnRate}`,
    `--accepted=${join(dir, 'ids.txt')}`,
  ]);
}

const accepted = ({ api }: Stage) => readFileSync(join(api.dir, 'ids.txt'), 'utf8').trim().split('\n');

/** A line from now on in which a second looks like that. */
async function aSecondOf(load: RunningLoad, what: string, looks: RegExp): Promise<void> {
  const before = load.output().length;
  await until(what, () =>
    load
      .output()
      .slice(before)
      .split('\n')
      .slice(1)
      .some((line) => looks.test(line)),
  );
}

export async function kafkaFailure(stage: Stage): Promise<void> {
  const load = start(stage, 100, 10);
  await aSecondOf(load, 'normal traffic', /, 0 failed, .* fallback 0 %, 202: \d+$/);

  // docker-compose stop kafka. Observe: the circuit opens after 5 failures.
  await stage.kafka.kill();
  await stage.isOpen('kafka');
  expect(await stage.failures('kafka')).toBeGreaterThanOrEqual(5);
  // Goes on accepting, with X-Fallback-Mode: true.
  await aSecondOf(load, 'all on the detour', /, 0 failed, .* fallback 100 %, 202: \d+$/);
  // The fallback queue grows.
  const before = await stage.queueLength();
  await aSecondOf(load, 'all 100 users', /, 100 users, .*, 0 failed, .* fallback 100 %, 202: \d+$/);
  expect(await stage.queueLength()).toBeGreaterThan(before + 100);

  // docker-compose start kafka. Observe: half-opens, then closes.
  await stage.kafka.start();
  await stage.isClosed('kafka');
  const recovery = await stage.sh(String.raw`grep "kafka_producer closed\|half-open" logs/api.log`);
  expect(recovery.at(-2)).toContain('Circuit breaker kafka_producer half-open - Testing Kafka connection');
  expect(recovery.at(-1)).toContain('Circuit breaker kafka_producer closed - Kafka available');
  // The worker drains the queue, under load.
  await stage.isDrained();
  await aSecondOf(load, 'normal traffic again', /, 100 users, .*, 0 failed, .* fallback 0 %, 202: \d+$/);

  load.interrupt();
  expect(await load.ended).toBe(0);
  await stage.isDrained();
  const ids = accepted(stage);
  expect(load.output()).toContain(`\nTotal: ${ids.length} requests`);
  await stage.expectInTopic(ids);
}

/** On a stage where a client may send a few messages a minute. */
export async function redisFailure(stage: Stage): Promise<void> {
  const load = start(stage, 50, 5);
  await aSecondOf(load, 'the limit holds', / fallback - %, 429: \d+$/);

  // docker-compose stop redis. Observe: the circuit opens after 3 failures.
  await stage.redis.kill();
  await stage.isOpen('redis');
  expect(await stage.failures('redis')).toBeGreaterThanOrEqual(3);
  // Rate limiting is off, and everything reaches Kafka.
  await aSecondOf(load, 'nobody is limited', /, 0 failed, .* fallback 0 %, 202: \d+$/);
  await aSecondOf(load, 'all 50 users', /, 50 users, .*, 0 failed, .* fallback 0 %, 202: \d+$/);

  // docker-compose start redis. Observe: closes, and all is as it was.
  await stage.redis.start();
  await stage.isClosed('redis');
  const recovery = await stage.sh(String.raw`grep "redis_client closed\|half-open" logs/api.log`);
  expect(recovery.at(-2)).toContain('Circuit breaker redis_client half-open - Testing Redis connection');
  expect(recovery.at(-1)).toContain('Circuit breaker redis_client closed - Redis available');
  await aSecondOf(load, 'the limit holds again', /, 50 users, .* fallback - %, 429: \d+$/);

  load.interrupt();
  // As with locust, a 429 is a request that failed.
  expect(await load.ended).toBe(1);
  expect(load.output()).toMatch(/^Total: .* fallback 0 %, 202: \d+, 429: \d+$/m);
  await stage.expectInTopic(accepted(stage));
}
