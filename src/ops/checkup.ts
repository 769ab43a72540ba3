import { type Clock, pause } from '../ports/clock.ts';
import type { Probe } from '../ports/probe.ts';
import type { Publisher } from '../ports/publisher.ts';
import type { Store } from '../ports/store.ts';

/** One thing that was looked at. `warning`: the service runs, and promises less. `broken`: someone has to act. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'broken';
  readonly part: 'settings' | 'logs' | 'kafka' | 'redis';
  readonly text: string;
}

export interface CheckupDeps {
  readonly publisher: Publisher;
  readonly store: Store;
  readonly topics: Iterable<string>;
  /** What the publisher can not do, though the service promises it. */
  readonly shortfalls: readonly string[];
  /** Where they are, without what is secret. */
  readonly names: { readonly kafka: string; readonly redis: string };
  readonly clock: Clock;
}

/** A first connection over TLS, to a Redis far away, takes longer than the service waits for an answer. */
const REDIS_PATIENCE_MS = 5000;
const PAUSE_MS = 250;

/** Asks Kafka for every topic, and Redis for what it does with the list. Parks and publishes nothing. */
export async function checkUp(deps: CheckupDeps): Promise<Finding[]> {
  const [kafka, redis] = await Promise.all([checkKafka(deps), checkRedis(deps)]);
  return [...kafka, ...redis];
}

async function checkKafka({ publisher, topics, shortfalls, names }: CheckupDeps): Promise<Finding[]> {
  const part = 'kafka';
  const probe = await publisher.probe();
  const findings = shortfalls.map((text): Finding => ({ level: 'warning', part, text }));
  if (probe.kind === 'down')
    return [{ level: 'broken', part, text: `${names.kafka}: ${probe.reason}` }, ...findings];
  findings.unshift({ level: 'ok', part, text: `${names.kafka} answers` });
  if (!publisher.checkTopic) return findings;
  for (const topic of topics) {
    const check = await publisher.checkTopic(topic);
    findings.push(
      check.kind === 'ready'
        ? { level: 'ok', part, text: `The topic ${topic} ${describe(check.partitions)}` }
        : {
            level: 'broken',
            part,
            text: `The topic ${topic} can't be written: ${check.reason}. Make it, or allow this user to write it`,
          },
    );
  }
  return findings;
}

function describe(partitions: number | undefined): string {
  return partitions === undefined ? 'is there' : `has its leaders; partitions: ${partitions}`;
}

async function checkRedis({ store, names, clock }: CheckupDeps): Promise<Finding[]> {
  const part = 'redis';
  const probe = await patiently(() => store.probe(), clock);
  if (probe.kind === 'down') return [{ level: 'broken', part, text: `${names.redis}: ${probe.reason}` }];
  const findings: Finding[] = [{ level: 'ok', part, text: `${names.redis} takes writes` }];
  const reply = await store.durability();
  if (reply.kind !== 'done') {
    const why = reply.kind === 'failed' ? reply.reason : 'its circuit is open';
    return [
      ...findings,
      { level: 'broken', part, text: `${names.redis} does not tell its settings: ${why}` },
    ];
  }
  const { status, warnings } = reply.value;
  for (const text of warnings) findings.push({ level: 'warning', part, text });
  if (status === 'durable') findings.push({ level: 'ok', part, text: 'The fallback list is durable' });
  if (status === 'unknown')
    findings.push({ level: 'warning', part, text: 'Redis does not tell how durable the fallback list is' });
  return findings;
}

/** Asks again while the answer is no, but not for ever. */
async function patiently(ask: () => Promise<Probe>, clock: Clock): Promise<Probe> {
  const end = clock.now() + REDIS_PATIENCE_MS;
  for (;;) {
    const probe = await ask();
    if (probe.kind === 'up' || clock.now() >= end) return probe;
    await pause(clock, PAUSE_MS);
  }
}
