import { expect } from 'bun:test';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { freePort } from '../support/process/free-port.ts';
import type { Spillway } from '../support/process/spillway.ts';
import { until } from '../support/process/wait.ts';
import { rollingRestart } from './rolling.ts';
import { inFlight, postText, receiptOf, type Stage, stateOf } from './stage.ts';

const PROBLEM = 'application/problem+json';
const typeOf = (response: Response) => response.headers.get('Content-Type');

type Scenarios = Readonly<Record<string, (stage: Stage) => Promise<void>>>;

export const scenarios: Scenarios = {
  async 'a value is in the topic as it was sent, digit for digit'(stage) {
    const service = await stage.start();
    const value = '{"big": 9007199254740993, "price": 1.10, "text": "\\u00e9 é"}';
    const response = await postText(
      service,
      `{"id": "exact", "key": "k", "headers": {"a": "b"}, "value": ${value}}`,
    );
    expect(response.status).toBe(202);
    expect(response.headers.get('Location')).toBe('/v1/messages/exact');
    expect(await response.json()).toMatchObject({ id: 'exact', status: 'published', topic: stage.topic });
    expect(await stage.record('exact')).toMatchObject({ value, headers: { a: 'b' } });
    await stage.end(service);
  },

  async 'bytes, a batch and a compressed body are in the topic as they were sent'(stage) {
    const service = await stage.start();
    const post = async (
      path: string,
      type: string,
      body: string | Uint8Array<ArrayBuffer>,
      headers: Record<string, string> = {},
    ) => {
      const init = { method: 'POST', headers: { 'Content-Type': type, ...headers }, body };
      return (await fetch(`${service.url}${path}`, init)).status;
    };
    const bytes = Buffer.from([0, 13, 10, 128, 255]);
    const lines = '{"id": "line-1", "value": 1.10}\n{"id": "line-2", "value": "é", "encoding": "text"}';
    const coded = gzipSync('{"id": "coded", "value": 1.10}');
    const statuses = [
      await post(`/v1/topics/${stage.topic}/raw?id=bytes`, 'image/png', bytes),
      await post('/v1/messages/batch', 'application/x-ndjson', lines),
      await post('/v1/messages', 'application/json', coded, { 'Content-Encoding': 'gzip' }),
    ];
    expect(statuses).toEqual([202, 202, 202]);
    expect(await stage.record('bytes')).toMatchObject({
      base64: bytes.toString('base64'),
      headers: { 'content-type': 'image/png' },
    });
    expect(await stage.record('line-1')).toMatchObject({ value: '1.10' });
    expect(await stage.record('line-2')).toMatchObject({ value: 'é' });
    expect(await stage.record('coded')).toMatchObject({ value: '1.10' });
    await stage.end(service);
  },

  async 'a receipt says where a message is'(stage) {
    const service = await stage.start();
    const answer = await (await service.post({ id: 'kept', value: 1 })).json();
    const receipt = await receiptOf(service, 'kept');
    expect(receipt.status).toBe(200);
    expect(await receipt.json()).toMatchObject(answer as object);
    const none = await receiptOf(service, 'nobody');
    expect([none.status, typeOf(none)]).toEqual([404, PROBLEM]);
    await stage.end(service);
  },

  async 'an id that is taken is answered with the first receipt, or refused for other content'(stage) {
    const service = await stage.start();
    const first = await service.post({ id: 'twice', value: 1 });
    const second = await service.post({ id: 'twice', value: 1 });
    expect([second.status, second.headers.get('Idempotency-Replayed')]).toEqual([202, 'true']);
    expect(await second.json()).toEqual(await first.json());
    expect((await service.post({ id: 'twice', value: 2 })).status).toBe(422);
    expect(await stage.record('twice')).toMatchObject({ value: '1' });
    await stage.end(service);
  },

  async 'a client over its limit is answered 429, known by its connection'(stage) {
    const service = await stage.start({ RATE_LIMIT_MAX: '2', RATE_LIMIT_WINDOW_SECONDS: '3600' });
    const send = (from: string) => postText(service, '{"value": 1}', { 'X-Forwarded-For': from });
    expect([(await send('10.0.0.1')).status, (await send('10.0.0.2')).status]).toEqual([202, 202]);
    const limited = await send('10.0.0.3');
    expect([limited.status, typeOf(limited)]).toEqual([429, PROBLEM]);
    expect(Number(limited.headers.get('Retry-After'))).toBeGreaterThan(0);
    if (stage.usesRedis)
      expect(await stage.redis.client().keys('spillway:limit:*')).toEqual(['spillway:limit:127.0.0.1']);
    await stage.end(service);
  },

  async 'a body that states its length and is too large is a 413'(stage) {
    await expectTooLarge(stage, (text) => text);
  },

  async 'a body that hides its length and is too large is a 413'(stage) {
    await expectTooLarge(stage, (text) => new Blob([text]).stream());
  },

  async 'a client that stops in the middle of a body that is too large is told so'(stage) {
    const service = await stage.start({ MAX_BODY_BYTES: '1000' });
    const socket = await startRequest(service, 1_000_000);
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    await until('the answer', () => answer.includes('A body may have 1000 bytes at most'));
    expect(answer).toStartWith('HTTP/1.1 413');
    socket.destroy();
    await stage.end(service);
  },

  async 'with Kafka killed a message is parked, and published once Kafka is back, without traffic'(stage) {
    const service = await stage.start();
    await service.post({ value: 'before' });
    const ids = ['parked-1', 'parked-2', 'parked-3', 'parked-4'];
    await stage.kafka.kill();
    try {
      for (const id of ids) {
        const response = await service.post({ id, value: { id } });
        expect([response.status, response.headers.get('X-Fallback-Mode')]).toEqual([202, 'true']);
        expect(await (await receiptOf(service, id)).json()).toMatchObject({ status: 'queued' });
      }
      // A proxy in front of Kafka keeps its callers waiting: they park at once, before a call has failed.
      await until('the circuit has opened', () =>
        service.output().includes('Circuit breaker kafka_producer opened - Kafka unavailable'),
      );
    } finally {
      await stage.kafka.start();
    }
    await until('the circuit is closed and the list empty', async () => {
      await stage.tick(service);
      const { circuit, waiting } = await stateOf(service);
      return circuit === 0 && waiting === 0;
    });
    for (const id of ids) {
      expect(await stage.record(id)).toMatchObject({ value: JSON.stringify({ id }) });
      await until('the receipt says published', async () => {
        const { status } = (await (await receiptOf(service, id)).json()) as { status: string };
        return status === 'published';
      });
    }
    expect(service.output()).toContain('Circuit breaker kafka_producer closed - Kafka available');
    await stage.end(service);
  },
};

/** What a process does, and a Worker can not: it is not told to stop, and listens on no address. */
export const processScenarios: Scenarios = {
  async 'a worker of its own drains what an API has parked, and ends in order'(stage) {
    const elsewhere = { KAFKA_BROKERS: `127.0.0.1:${await freePort()}`, BACKFILL: 'off' };
    const service = await stage.start(elsewhere);
    const ids = Array.from({ length: 20 }, (_, index) => `for-the-worker-${index}`);
    for (const id of ids) expect((await service.post({ id, value: 1 })).status).toBe(202);
    const worker = await stage.start({}, { entry: 'backfill' });
    await until('the list is empty', async () => (await stateOf(service)).waiting === 0);
    await stage.end(worker);
    for (const id of ids) await stage.record(id);
    await stage.end(service);
  },

  async 'SIGTERM answers what is in flight, and ends with 0 in spite of a client that never ends'(stage) {
    const service = await stage.start({ PUBLISH_TIMEOUT_MS: '2500', BACKFILL: 'off' });
    await service.post({ value: 'first' });
    const socket = await startRequest(service, 100);
    const ids = Array.from({ length: 20 }, (_, index) => `late-${10 + index}`);
    await stage.kafka.pause();
    try {
      const send = (id: string) => service.post({ id, value: 'x'.repeat(100) });
      const [first = '', ...others] = ids;
      const answers = [send(first)];
      const bytesOfOne = await inFlight(service, 1);
      answers.push(...others.map(send));
      await inFlight(service, ids.length * bytesOfOne);
      const began = performance.now();
      const ended = service.end('SIGTERM');
      const responses = await Promise.all(answers);
      expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([202]));
      expect(await Promise.all(responses.map((response) => response.json()))).toHaveLength(ids.length);
      expect(await ended).toBe(0);
      expect(performance.now() - began).toBeLessThan(10_000);
      expect(service.output()).toContain('Stopped');
    } finally {
      socket.destroy();
      await stage.kafka.resume();
    }
    const next = await stage.start();
    await until('the list is empty', async () => (await stateOf(next)).waiting === 0);
    await until('all are in the topic', async () => {
      const written = new Set(
        (await stage.kafka.read(stage.topic)).map(({ headers }) => headers['spillway-id']),
      );
      return ids.every((id) => written.has(id));
    });
    await stage.end(next);
  },

  'two replicas that are replaced under load fail no request and lose nothing': rollingRestart,

  async 'an address that is taken ends the start with 1 and a sentence'(stage) {
    const first = await stage.start();
    const second = stage.start({ PORT: new URL(first.url).port });
    const { message } = (await second.catch((error: unknown) => error)) as Error;
    expect(message).toContain('ended with 1');
    expect(message).toContain('free it, or set HOST or PORT to another');
    expect(message).not.toContain('    at ');
    await stage.end(first);
  },
};

async function expectTooLarge(
  stage: Stage,
  toBody: (text: string) => string | ReadableStream,
): Promise<void> {
  const service = await stage.start({ MAX_BODY_BYTES: '1000' });
  const response = await postText(service, toBody('x'.repeat(1_000_000)));
  expect([response.status, typeOf(response)]).toEqual([413, PROBLEM]);
  expect(await response.json()).toMatchObject({ detail: 'A body may have 1000 bytes at most' });
  expect((await service.post({ value: 'small' })).status).toBe(202);
  await stage.end(service);
}

/** Sends the first byte of a body that has so many, and no more. */
function startRequest({ url }: Spillway, length: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n{`,
      () => resolve(socket),
    );
  });
}
