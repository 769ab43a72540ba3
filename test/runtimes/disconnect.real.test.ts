import { afterAll, beforeAll, expect, test } from 'bun:test';
import { connect, createServer } from 'node:net';
import type { RedisService } from '../support/redis/service.ts';
import { describeReal, ownRedis } from '../support/process/services.ts';
import { UpstashServer } from '../support/redis/upstash-server.ts';
import { until } from '../support/process/wait.ts';
import { startWorkerd } from '../support/process/workerd.ts';

const TEST_MS = 60_000;
const CIRCUIT = {
  PUBLISH_TIMEOUT_MS: '1000',
  KAFKA_BREAKER_FAIL_MAX: '1',
  KAFKA_BREAKER_RESET_TIMEOUT: '1',
  KAFKA_BREAKER_TIMEOUT_DURATION: '1',
};

/** Sends a message, and ends the connection as a client does that crashes, before there is an answer. */
async function sendAndCrash(url: string, id: string): Promise<void> {
  const body = JSON.stringify({ id, value: 1 });
  const head = `POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`${head}\r\n\r\n${body}`);
  await Bun.sleep(300);
  socket.resetAndDestroy();
}

const send = (url: string, id: string) =>
  fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ id, value: 1 }),
  });

describeReal('a client that crashes, on workerd by itself', ['redis', 'workerd'], () => {
  let redis: RedisService;
  let upstash: UpstashServer;
  /** Strimzi's bridge, or what is left of it. */
  let isSilent = false;
  const bridge = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 60,
    fetch: () =>
      isSilent ? new Promise<never>(() => {}) : Response.json({ offsets: [{ partition: 0, offset: 1 }] }),
  });

  beforeAll(async () => {
    redis = await ownRedis();
    upstash = await UpstashServer.start(redis.url);
  }, TEST_MS);
  afterAll(async () => {
    await bridge.stop(true);
    await upstash.stop();
    await redis.stop();
  });

  const start = () =>
    startWorkerd('cloudflare', {
      KAFKA_REST_URL: bridge.url.href,
      KAFKA_REST_DIALECT: 'strimzi',
      UPSTASH_REDIS_REST_URL: upstash.url,
      UPSTASH_REDIS_REST_TOKEN: upstash.token,
      ...CIRCUIT,
    });

  test(
    'has its message parked all the same, and leaves a circuit that closes again',
    async () => {
      const service = await start();
      isSilent = true;
      await sendAndCrash(service.url, 'crashed');
      await until('it is parked', async () => (await redis.client().llen('fallback:message_queue')) === 1);
      await Bun.sleep(1000);
      // This one is the trial.
      await sendAndCrash(service.url, 'crashed-in-the-trial');
      await until(
        'it is parked too',
        async () => (await redis.client().llen('fallback:message_queue')) === 2,
      );
      isSilent = false;
      await until('messages are published again', async () => {
        const { status } = (await (await send(service.url, crypto.randomUUID())).json()) as {
          status: string;
        };
        return status === 'published';
      });
      await service.end('SIGKILL');
    },
    TEST_MS,
  );

  test(
    'has its message parked in the object all the same',
    async () => {
      const silent = createServer(() => {}).listen(0, '127.0.0.1');
      await until('it listens', () => silent.listening);
      const { port } = silent.address() as { port: number };
      const service = await startWorkerd('cloudflare-object', {
        KAFKA_BROKERS: `127.0.0.1:${port}`,
        ...CIRCUIT,
      });
      await sendAndCrash(service.url, 'crashed');
      await until('its receipt says that it is queued', async () => {
        const receipt = await fetch(`${service.url}/v1/messages/crashed`);
        return receipt.status === 200 && ((await receipt.json()) as { status: string }).status === 'queued';
      });
      expect((await send(service.url, 'another')).status).toBe(202);
      await service.end('SIGKILL');
      silent.close();
    },
    TEST_MS,
  );
});
