import type { BatchForm, ClientName, Figures, Task } from './client.ts';

/** A client at a task, and what it is called in the table. */
export interface Entrant {
  readonly client: ClientName;
  readonly label: string;
  readonly task: Omit<Task, 'ms'>;
}

/** One comparison: what is measured, of whom, against whom. */
export interface Row {
  readonly name: string;
  readonly title: string;
  readonly measures: readonly (keyof typeof MEASURES)[];
  readonly entrant: Entrant;
  readonly against: readonly Entrant[];
  /** How long a turn takes, where it has to be longer than the others. */
  readonly ms?: number;
}

/** What is compared; a ratio is how many times better the row's own entrant is. */
export const MEASURES = {
  perSecond: { title: 'messages/s', better: 'more' },
  cpuMicrosEach: { title: 'CPU µs a message', better: 'less' },
  p50: { title: 'round trip ms, p50', better: 'less' },
  p99: { title: 'round trip ms, p99', better: 'less' },
  cpuPercent: { title: 'CPU % of a core', better: 'less' },
} as const satisfies Partial<Record<keyof Figures, { title: string; better: 'more' | 'less' }>>;

/** As many calls of a batch at once as there are partitions. */
const LANES = 3;

const SPEED = ['perSecond', 'cpuMicrosEach'] as const;

const ones = (client: ClientName, label: string, callers: number): Entrant => ({
  client,
  label,
  task: { kind: 'load', callers, batch: false },
});
const batches = (client: ClientName, label: string): Entrant => ({
  client,
  label,
  task: { kind: 'load', callers: LANES, batch: true },
});
const idle = (client: ClientName, label: string): Entrant => ({
  client,
  label,
  task: { kind: 'idle', callers: 1, batch: false },
});

const drain = (client: ClientName, label: string): Entrant => ({
  client,
  label,
  task: { kind: 'drain', callers: 1, batch: false },
});

const http = (client: ClientName, label: string, callers: number): Entrant => ({
  client,
  label,
  task: { kind: 'http', callers, batch: false },
});

const httpBatches = (form: BatchForm, label: string): Entrant => ({
  client: 'spillway',
  label,
  task: { kind: 'http', callers: 4, batch: true, form },
});

const PLATFORMATIC = batches('platformatic', '@platformatic/kafka, batches of 500');

export const ROWS: readonly Row[] = [
  ...[1, 64].map((callers) => ({
    name: String(callers),
    title: callers === 1 ? '1 caller' : `${callers} callers`,
    measures: SPEED,
    entrant: ones('driver', 'driver', callers),
    against: [ones('kafkajs', 'KafkaJS send()', callers)],
  })),
  {
    name: '1024',
    title: '1,024 callers',
    measures: SPEED,
    entrant: ones('driver', 'driver', 1024),
    against: [ones('kafkajs', 'KafkaJS send()', 1024), PLATFORMATIC],
  },
  {
    name: 'batches',
    title: 'batches of 500',
    measures: SPEED,
    entrant: batches('driver', 'driver'),
    against: [batches('kafkajs', 'KafkaJS sendBatch()'), PLATFORMATIC],
  },
  {
    name: 'lone',
    title: 'one lone message',
    measures: ['p50'],
    entrant: ones('driver', 'driver', 1),
    against: [ones('kafkajs', 'KafkaJS send()', 1)],
  },
  {
    name: 'idle',
    title: 'nothing to do',
    measures: ['cpuPercent'],
    entrant: idle('driver', 'driver'),
    against: [idle('kafkajs', 'KafkaJS')],
    ms: 5000,
  },
  {
    name: 'floor',
    title: 'floor: KafkaJS patched, batches of 500',
    measures: SPEED,
    entrant: batches('patched', 'patched sendBatch()'),
    against: [batches('kafkajs', 'KafkaJS sendBatch()'), PLATFORMATIC],
  },
  {
    name: 'park',
    title: 'park, 64 callers',
    measures: SPEED,
    entrant: ones('store', 'park', 64),
    against: [ones('lpush', 'LPUSH, pipelined', 64)],
  },
  {
    name: 'admit',
    title: 'admit (limit and id), 64 callers',
    measures: SPEED,
    entrant: ones('gate', 'admit', 64),
    against: [
      ones('three-commands', 'INCR, PEXPIRE, SET NX', 64),
      ones('three-pipelined', 'the same, pipelined', 64),
    ],
  },
  {
    name: 'drain',
    title: 'drain of 50,000',
    measures: SPEED,
    entrant: drain('worker', 'worker'),
    against: [drain('rpop-loop', 'RPOP and KafkaJS send()')],
    // The loop gets no further in that time; the worker is done before.
    ms: 5000,
  },
  {
    name: 'order-drain',
    title: 'drain of 50,000, a key each',
    measures: SPEED,
    entrant: drain('worker-ordered', 'ORDERING=key'),
    against: [drain('worker', 'ORDERING=none')],
  },
  {
    name: 'order-hot',
    title: 'drain of 50,000, one key',
    measures: SPEED,
    entrant: drain('worker-hot', 'ORDERING=key'),
    against: [drain('worker', 'ORDERING=none, a key each')],
  },
  {
    name: 'http',
    title: 'POST /v1/messages, 64 connections',
    measures: ['perSecond', 'cpuMicrosEach', 'p99'],
    entrant: http('spillway', 'Spillway', 64),
    against: [
      http('echo', 'an echo by Hono, without Kafka', 64),
      http('echo-kafkajs', 'Hono and KafkaJS send()', 64),
    ],
    ms: 5000,
  },
  {
    name: 'http-stages',
    title: 'stages of the same',
    measures: ['cpuMicrosEach', 'perSecond'],
    entrant: http('spillway', 'all', 64),
    against: [
      http('stage-accept', 'all but Kafka', 64),
      http('stage-parse', 'HTTP, message and answer', 64),
      http('stage-http', 'HTTP', 64),
    ],
    ms: 5000,
  },
  {
    name: 'http-batch',
    title: 'batches of 500, 4 connections',
    measures: ['perSecond', 'cpuMicrosEach', 'p99'],
    entrant: httpBatches('ndjson', 'NDJSON'),
    against: [
      httpBatches('array', 'JSON arrays'),
      httpBatches('kafka-rest', 'Kafka REST v2, binary'),
      batches('driver', 'the driver alone'),
    ],
    ms: 5000,
  },
  {
    name: 'http-open',
    title: 'the same with an open circuit',
    measures: ['perSecond', 'cpuMicrosEach'],
    entrant: http('spillway-open', 'Kafka circuit open', 64),
    against: [http('spillway', 'closed', 64)],
    ms: 5000,
  },
  {
    name: 'http-lone',
    title: 'POST /v1/messages, 1 connection',
    measures: ['perSecond', 'cpuMicrosEach', 'p50'],
    entrant: http('spillway', 'Spillway', 1),
    against: [http('echo-kafkajs', 'Hono and KafkaJS send()', 1)],
    ms: 5000,
  },
];
