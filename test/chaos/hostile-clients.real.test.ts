import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { rawRequest } from '../support/http/raw.ts';
import { PROCESSES } from '../support/process/runtimes.ts';
import { describeReal } from '../support/process/services.ts';
import { type Spillway, startSpillway } from '../support/process/spillway.ts';
import { until } from '../support/process/wait.ts';

const GOOD_POSTS = 150;
const PIPELINED = 10_000;
const LIVE = rawRequest('GET /health/live HTTP/1.1');

/** Clients that do harm for as long as they are connected, by number. */
class Hostile {
  readonly #sockets: Socket[] = [];
  readonly #timers: Timer[] = [];
  readonly #port: number;

  constructor(url: string) {
    this.#port = Number(new URL(url).port);
  }

  /** Connections that are open when it settles. */
  async idle(count: number): Promise<void> {
    const group = 100;
    for (let n = 0; n < count; n += group) {
      const open = Array.from({ length: group }, () => Promise.withResolvers<void>());
      let next = 0;
      this.connect(group, () => open[next++]?.resolve());
      await Promise.all(open.map(({ promise }) => promise));
    }
  }

  connect(count: number, greet: (socket: Socket) => void = () => {}): void {
    for (let n = 0; n < count; n++) {
      const socket = connect({ port: this.#port, host: '127.0.0.1' });
      socket.on('error', () => {}).once('connect', () => greet(socket));
      this.#sockets.push(socket);
    }
  }

  /** Writes `text` byte by byte, three a second. */
  dribble(count: number, before: string, text: string): void {
    let at = 0;
    const slow: Socket[] = [];
    this.connect(count, (socket) => {
      socket.write(before);
      slow.push(socket);
    });
    const next = () => {
      const byte = text[at++ % text.length] ?? '';
      for (const socket of slow) if (!socket.destroyed) socket.write(byte);
    };
    this.#timers.push(setInterval(next, 333));
  }

  leave(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Times of good messages, one after another, in milliseconds. */
async function goodPosts(service: Spillway): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < GOOD_POSTS; n++) {
    const began = performance.now();
    expect((await service.post({ value: n })).status).toBe(202);
    times.push(performance.now() - began);
    await Bun.sleep(5);
  }
  return times.toSorted((one, other) => one - other);
}

const percentile = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;

/** Resident memory of a process, in MB. */
function memoryOf({ pid }: Spillway): number {
  const [kB = '0'] = /(?<=VmRSS:\s+)\d+/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kB) / 1024;
}

const BOMB = gzipSync(Buffer.alloc(100_000_000));

async function bomb({ url }: Spillway): Promise<number> {
  const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
  return (await fetch(`${url}/v1/messages`, { method: 'POST', body: BOMB, headers })).status;
}

/** Sends many requests at once on one connection, and answers how many answers came back. */
async function pipeline({ url }: Spillway): Promise<number> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  let answers = 0;
  socket.on('data', (bytes) => (answers += bytes.toString('latin1').split('HTTP/1.1 200').length - 1));
  socket.write(LIVE.repeat(PIPELINED));
  // An answer may be cut in two: the last ones are enough.
  await until('all are answered', () => answers >= PIPELINED - 200, { timeoutMs: 60_000 });
  socket.destroy();
  return answers;
}

/** All kinds at once, while others post. Answers the times of those. */
async function attack(service: Spillway): Promise<number[]> {
  const hostile = new Hostile(service.url);
  const half = `POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n`;
  await hostile.idle(2000);
  hostile.dribble(200, 'GET /health/live HT', 'x');
  hostile.dribble(200, half, ' ');
  // They ask for a lot, and read none of it.
  hostile.connect(50, (socket) => {
    socket.pause();
    socket.write(rawRequest('GET /openapi.json HTTP/1.1').repeat(200));
  });
  const busy = goodPosts(service);
  for (let round = 0; round < 5; round++) {
    hostile.connect(100, (socket) => {
      socket.write(half + 'x'.repeat(100_000));
      setTimeout(() => socket.destroy(), 50);
    });
    expect(await bomb(service)).toBe(413);
  }
  expect(await pipeline(service)).toBeGreaterThan(PIPELINED - 201);
  const times = await busy;
  hostile.leave();
  return times;
}

/** The long form is played on all of them. */
const PLAYED = process.env['CHAOS_SECONDS'] === undefined ? (['bun'] as const) : PROCESSES;

describeReal('with slow, idle, aborting, deaf and greedy clients,', PLAYED, () => {
  test.each(PLAYED)(
    '%s serves others, and has its memory back when they have left',
    async (runtime) => {
      const service = await startSpillway({}, { runtime });
      await goodPosts(service);
      const alone = await goodPosts(service);
      const memory = [];
      const among = [];
      // What the first attack has made the heap grow by is used by the second.
      for (let round = 0; round < 2; round++) {
        among.push(...(await attack(service)));
        await goodPosts(service);
        memory.push(memoryOf(service));
      }
      const [first = 0, second = 0] = memory;
      among.sort((one, other) => one - other);
      const ms = (times: readonly number[]) => percentile(times, 0.99).toFixed(1);
      console.log(
        `${runtime}: p99 ${ms(alone)} ms alone, ${ms(among)} ms among hostile clients; ${first.toFixed()} MB after one attack, ${second.toFixed()} MB after two`,
      );
      // Generous: the clients are on the same cores, and a garbage collector takes its time.
      expect(percentile(among, 0.99)).toBeLessThan(3000);
      expect(second).toBeLessThan(1.2 * first + 30);
      const ready = (await (await fetch(`${service.url}/health/ready`)).json()) as { status: string };
      expect(ready.status).toBe('ready');
      await service.end('SIGTERM');
    },
    120_000,
  );
});
