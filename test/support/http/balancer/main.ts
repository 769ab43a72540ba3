import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A small load balancer in front of the addresses that are its arguments. It keeps its connections,
 * sends each request to the next upstream that is ready, and sends none twice: what breaks is a
 * 502. `GET /ready` tells how many are.
 */
const CHECK_MS = 100;

const agent = new Agent({ keepAlive: true });
const upstreams = process.argv.slice(2);
let ready: readonly string[] = [];
let turn = 0;

async function check(upstream: string): Promise<boolean> {
  try {
    return (await fetch(`${upstream}/health/ready`)).ok;
  } catch {
    return false;
  }
}

async function lookAfterUpstreams(): Promise<void> {
  for (;;) {
    const answers = await Promise.all(upstreams.map(check));
    ready = upstreams.filter((_, index) => answers[index]);
    await sleep(CHECK_MS);
  }
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const fail = (reason: string) => {
    if (!outgoing.headersSent) outgoing.writeHead(502, { 'Content-Type': 'application/json' });
    outgoing.end(JSON.stringify({ detail: reason }));
  };
  const upstream = ready[turn++ % ready.length];
  if (!upstream) return fail('No upstream is ready');
  const { method, headers } = incoming;
  const forwarded = request(new URL(incoming.url ?? '/', upstream), { agent, method, headers }, (answer) => {
    const { connection: _, ...rest } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, rest);
    answer.pipe(outgoing);
    answer.on('error', () => outgoing.destroy());
  });
  forwarded.on('error', (error) => fail(`${upstream}: ${error.message}`));
  incoming.pipe(forwarded);
}

const server = createServer((incoming, outgoing) => {
  if (incoming.url === '/ready') outgoing.end(String(ready.length));
  else forward(incoming, outgoing);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`Balancing on http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
});
await lookAfterUpstreams();
