import { afterEach, expect, test } from 'bun:test';
import { createServer, type Server } from 'node:net';
import { RedisStore } from '../../../../../src/drivers/store/redis/native/store.ts';
import { until } from '../../../../support/process/wait.ts';

/** Redis tells a second at least, and while it has read little it may tell anything. */
const LOADING = 'loading:1\r\nloading_eta_seconds:3600\r\n';

let server: Server | undefined;
let store: RedisStore | undefined;

afterEach(async () => {
  await store?.close();
  server?.close();
});

/** As a Redis, as far as this goes: it answers OK, but for what it tells of itself. */
async function startServer(info: () => string): Promise<number> {
  const listening = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const [, command = ''] of chunk.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
        const text = command.toLowerCase() === 'info' ? `$${info().length}\r\n${info()}` : '+OK';
        socket.write(`${text}\r\n`);
      }
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  return typeof address === 'object' && address ? address.port : 0;
}

test('a Redis that has read its data is used again at once, however long it said that this would take', async () => {
  let text = LOADING;
  const port = await startServer(() => text);
  store = new RedisStore(`redis://127.0.0.1:${port}`);
  expect((await store.probe()).kind).toBe('down');
  text = 'loading:0\r\n';
  await until('it is used', async () => (await store?.probe())?.kind === 'up', { timeoutMs: 1500 });
});
