import { afterEach, expect, test } from 'bun:test';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { UpstashStore } from '../../../../../src/drivers/store/redis/upstash/store.ts';

interface Seen {
  readonly connection: number;
  readonly body: string;
}

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server whose first connection gives this answer to all that is asked on it. */
async function open(status: number, answer: object) {
  const seen: Seen[] = [];
  const sockets: Socket[] = [];
  const listening = createServer((request, response) => {
    if (!sockets.includes(request.socket)) sockets.push(request.socket);
    const connection = sockets.indexOf(request.socket) + 1;
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      seen.push({ connection, body });
      if (connection === 1) return response.writeHead(status).end(JSON.stringify(answer));
      const commands = JSON.parse(body) as unknown[];
      return response.end(JSON.stringify(commands.map(() => ({ result: 1 }))));
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { seen, store: new UpstashStore({ url: `http://127.0.0.1:${port}`, token: 't' }) };
}

const refused = (error: string) => [200, [{ error }, { error }]] as const;

test.each([
  refused("READONLY You can't write against a read only replica."),
  refused('upstream failure'),
  refused('no upstream host'),
  refused('LOADING Redis is loading the dataset in memory'),
  [503, { error: 'ERR no server is available' }] as const,
  [502, '<html>Bad gateway</html>'] as const,
])('after the answer %j %j a new connection is used, and nothing is sent twice', async (status, answer) => {
  const { store, seen } = await open(status, answer as object);
  const replies: string[] = [];
  for (let count = 0; count < 4; count++) replies.push((await store.list.park([`entry-${count}`])).kind);
  expect(replies.slice(-2)).toEqual(['done', 'done']);
  for (let count = 0; count < 4; count++)
    expect(seen.filter(({ body }) => body.includes(`entry-${count}`))).toHaveLength(1);
  await store.close();
});

test('after a refusal for want of memory the connection is kept', async () => {
  const { store, seen } = await open(...(refused('OOM command not allowed') as [number, object]));
  for (let count = 0; count < 4; count++) await store.list.park(['x']);
  expect(new Set(seen.map(({ connection }) => connection))).toEqual(new Set([1]));
  await store.close();
});
