import { expect } from 'bun:test';
import { Load } from '../support/http/load.ts';
import { startBalancer } from '../support/http/balancer/start.ts';
import type { Spillway } from '../support/process/spillway.ts';
import type { Stage } from './stage.ts';

const PER_SECOND = 100;

/** Two processes behind a balancer, each replaced by a new one, while clients post. */
export async function rollingRestart(stage: Stage): Promise<void> {
  const variables = { SHUTDOWN_DELAY_SECONDS: '1' };
  let replicas: readonly Spillway[] = await Promise.all([stage.start(variables), stage.start(variables)]);
  const balancer = await startBalancer(replicas.map(({ url }) => url));
  const load = new Load(balancer, PER_SECOND);
  for (const old of replicas) {
    await stage.end(old);
    const next = await stage.start({ ...variables, PORT: new URL(old.url).port });
    await balancer.sees(2);
    replicas = replicas.map((replica) => (replica === old ? next : replica));
  }
  await load.stop();
  const failed = load.answers.filter(({ status }) => status !== 202);
  expect(failed).toEqual([]);
  expect(load.answers.length).toBeGreaterThan(2 * PER_SECOND);
  const written = new Set((await stage.kafka.read(stage.topic)).map(({ headers }) => headers['spillway-id']));
  expect(load.accepted.filter((id) => !written.has(id))).toEqual([]);
  await balancer.end();
  for (const replica of replicas) await stage.end(replica);
}
