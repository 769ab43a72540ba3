import { type Clock, pause } from '../ports/clock.ts';
import type { Durability } from '../ports/durability.ts';
import type { Probe } from '../ports/probe.ts';
import type { Publisher, TopicCheck } from '../ports/publisher.ts';
import type { Store } from '../ports/store.ts';

/** Finding of the checkup. `warning`: the service runs, and promises less. `broken`: an operator has to act. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'broken';
  readonly part: 'settings' | 'access' | 'logs' | 'kafka' | 'redis' | 'backfill';
  readonly text: string;
}

export interface CheckupDeps {
  readonly publisher: Publisher;
  readonly store: Store;
  readonly topics: Iterable<string>;
  /** Promises that the publisher cannot keep. */
  readonly shortfalls: readonly string[];
  /** Addresses for people, without credentials. */
  readonly names: { readonly kafka: string; readonly redis: string };
  readonly clock: Clock;
}

/**
 * Retry limit, in milliseconds: a first TLS connection to a distant Redis takes longer than the timeout of a
 * command.
 */
const REDIS_PATIENCE_MS = 5000;
const PAUSE_MS = 250;

/** Checks Kafka with every topic, and Redis with its durability. Parks and publishes nothing. */
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
    const level = check.kind === 'ready' ? 'ok' : 'broken';
    findings.push({ level, part, text: `The topic ${topic} ${describe(check)}` });
  }
  return findings;
}

function describe(check: TopicCheck): string {
  switch (check.kind) {
    case 'ready':
      return check.partitions === undefined ? 'is there' : `has its leaders; partitions: ${check.partitions}`;
    case 'failed':
      return `can't be written: ${check.reason}. Make it, or allow this user to write it`;
    case 'out-of-reach':
      return `has leaders that can't be reached from here: ${check.reason}. See advertised.listeners of the brokers`;
  }
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
      { level: 'broken', part, text: `${names.redis} does not report its settings: ${why}` },
    ];
  }
  const { status, warnings, memory } = reply.value;
  if (memory) findings.push(describeMemory(memory));
  for (const text of warnings) findings.push({ level: 'warning', part, text });
  if (status === 'durable') findings.push({ level: 'ok', part, text: 'The fallback list is durable' });
  if (status === 'unknown')
    findings.push({ level: 'warning', part, text: 'Redis does not report how durable the fallback list is' });
  return findings;
}

/** The rate for which room is told as a time: the doctor does not know the present one. */
const MESSAGES_PER_SECOND = 1000;
/** Memory of a parked message of 1 kB. */
const MESSAGE_BYTES = 1030;
/** Share of the memory in use from which on an operator should know. */
const NEARLY_FULL = 0.8;

function describeMemory({ usedBytes, maxBytes }: NonNullable<Durability['memory']>): Finding {
  const room = Math.max(0, maxBytes - usedBytes);
  const minutes = Math.floor(room / (60 * MESSAGES_PER_SECOND * MESSAGE_BYTES));
  return {
    level: usedBytes > NEARLY_FULL * maxBytes ? 'warning' : 'ok',
    part: 'redis',
    text:
      `Redis uses ${megabytes(usedBytes)} of ${megabytes(maxBytes)} (maxmemory): the rest holds ${minutes} minutes ` +
      `of an outage with ${MESSAGES_PER_SECOND} messages of 1 kB a second`,
  };
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1e6)} MB`;
}

/** Retries a probe until it succeeds or the limit is reached. */
async function patiently(ask: () => Promise<Probe>, clock: Clock): Promise<Probe> {
  const end = clock.now() + REDIS_PATIENCE_MS;
  for (;;) {
    const probe = await ask();
    if (probe.kind === 'up' || clock.now() >= end) return probe;
    await pause(clock, PAUSE_MS);
  }
}
