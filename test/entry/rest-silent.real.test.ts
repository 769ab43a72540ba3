import { expect, test } from 'bun:test';
import { connect, createServer } from 'node:net';
import { QUEUE } from '../../src/drivers/store/redis/scripts/keys.ts';
import { PROCESSES } from '../support/process/runtimes.ts';
import { describeReal, ownRedis } from '../support/process/services.ts';
import { startSpillway } from '../support/process/spillway.ts';
import { UpstashServer } from '../support/redis/upstash-server.ts';

const POSTS = 500;

/** How many messages wait in the list, or are claimed, at one moment. */
const COUNT_PARKED = `
local count = redis.call('LLEN', KEYS[1])
for _, batch in ipairs(redis.call('KEYS', '{' .. KEYS[1] .. '}:p:*')) do count = count + redis.call('LLEN', batch) end
return count
`;

describeReal('The service before a REST proxy that is silent', ['redis', ...PROCESSES], () => {
  test.each(PROCESSES)(
    'queues whatever comes at Upstash: what waits for Kafka keeps nothing from the list: %s',
    async (runtime) => {
      const redis = await ownRedis();
      const server = await UpstashServer.start(redis.url);
      const proxy = await silence();
      const variables = {
        KAFKA_REST_URL: proxy.url,
        KAFKA_REST_DIALECT: 'strimzi',
        UPSTASH_REDIS_REST_URL: server.url,
        UPSTASH_REDIS_REST_TOKEN: server.token,
      };
      const service = await startSpillway(variables, { runtime });
      const posts: Promise<string>[] = [];
      for (let count = 0; count < POSTS; count++) {
        posts.push(post(service.url, JSON.stringify({ id: `id-${count}`, value: count })));
        if (count % 5 === 0) await Bun.sleep(5);
      }
      const answers = await Promise.all(posts);
      expect(new Set(answers)).toEqual(new Set(['202 queued']));
      // The worker may have claimed a batch before the circuit opened.
      expect(await redis.client().eval(COUNT_PARKED, 1, QUEUE)).toBe(POSTS);
      expect(service.output()).not.toContain('Circuit breaker redis_client opened');
      await service.end('SIGKILL');
      await proxy.stop();
      await server.stop();
      await redis.stop();
    },
    60_000,
  );
});

/** Takes connections and requests, and says nothing. */
async function silence() {
  const server = createServer((socket) => void socket.on('error', () => {}).resume());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, stop: () => new Promise((resolve) => server.close(resolve)) };
}

/** The status, and what became of the message. Bun's own `fetch` would let most of them wait for the first. */
function post(url: string, body: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<string>();
  let answer = '';
  const socket = connect(Number(port), hostname)
    .on('data', (chunk) => void (answer += String(chunk)))
    .on('error', ({ message }) => resolve(message))
    .on('close', () => {
      const status = answer.split(' ')[1];
      resolve(`${status} ${/"status":"?(\w+)/.exec(answer)?.[1]}`);
    });
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return promise;
}
