import { expect } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/process/wait.ts';
import { sendMany } from './messages.ts';
import type { Stage } from './stage.ts';

/** A frozen Kafka, for a trial takes its time then. */
export async function metricsAndLogQueries(stage: Stage): Promise<void> {
  const { api, kafka } = stage;
  const values = async () => {
    const names = ['circuit_breaker_state{service="kafka"}', 'circuit_breaker_state{service="redis"}'];
    return Promise.all([...names, 'redis_fallback_queue_length'].map((name) => api.metric(name)));
  };
  expect(await values()).toEqual([0, 0, 0]);
  expect([await stage.failures('kafka'), await stage.failures('redis')]).toEqual([0, 0]);
  await sendMany(stage, 1);

  await kafka.pause();
  await sendMany(stage, 5);
  await stage.isOpen('kafka');
  expect(await stage.failures('kafka')).toBeGreaterThanOrEqual(5);
  await until('half-open is 2', async () => (await stage.state('kafka')) === 2, { everyMs: 20 });
  await until('the queue has its length', async () => {
    const [, redis, length] = await values();
    return redis === 0 && length === 5;
  });
  await kafka.resume();
  await stage.isClosed('kafka');
  await stage.isDrained();

  // As Loki's |= does, on the same lines.
  const lines = readFileSync(join(api.dir, 'logs/api.log'), 'utf8').trim().split('\n');
  const having = (...texts: string[]) => lines.filter((line) => texts.some((text) => line.includes(text)));
  const events = having('Circuit breaker');
  expect(events.length).toBeGreaterThanOrEqual(3);
  expect(having('opened')).toEqual(events.filter((line) => line.includes('kafka_producer opened')));
  expect(having('closed', 'half-open')).toEqual(events.filter((line) => !line.includes('opened')));
  expect(having('X-Fallback-Mode')).toHaveLength(1);
}
