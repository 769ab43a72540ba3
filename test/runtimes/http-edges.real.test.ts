import { afterAll, beforeAll, expect, test } from 'bun:test';
import { RawClient, rawRequest } from '../support/http/raw.ts';
import { PROCESSES } from '../support/process/runtimes.ts';
import { describeReal } from '../support/process/services.ts';
import { type Spillway, startSpillway } from '../support/process/spillway.ts';
import { until } from '../support/process/wait.ts';
import { EDGES } from './http-edges.ts';

const TEST_MS = 90_000;
const LIVE = rawRequest('GET /health/live HTTP/1.1');
const started = (length: number) =>
  `${rawRequest('POST /v1/messages HTTP/1.1', { fields: `Content-Type: application/json\r\nContent-Length: ${length}\r\n` })}{"value":"`;

const expecting = (length: number) =>
  rawRequest('POST /v1/messages HTTP/1.1', {
    fields: `Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n`,
  });

function residentMb(pid: number): number {
  return Number(Bun.spawnSync(['ps', '-o', 'rss=', '-p', String(pid)]).stdout.toString()) / 1000;
}

for (const runtime of PROCESSES) {
  describeReal(`the edges of HTTP on ${runtime}`, [runtime], () => {
    let service: Spillway;
    beforeAll(async () => {
      service = await startSpillway({}, { runtime });
    }, TEST_MS);
    afterAll(() => service.end('SIGKILL'));

    test.each(Object.entries(EDGES))(
      '%s',
      async (_, { sent, statuses, connection }) => {
        const client = new RawClient(service.url);
        client.send(sent);
        if (connection === 'closed') {
          expect(await client.closed()).toEqual([...statuses]);
          return;
        }
        await client.answers(statuses.length);
        client.send(LIVE);
        expect(await client.answers(statuses.length + 1)).toEqual([...statuses, 200]);
        client.socket.destroy();
      },
      TEST_MS,
    );

    test(
      'a request that is refused gets a problem document',
      async () => {
        const client = new RawClient(service.url);
        client.send('nonsense\r\n\r\n');
        await client.closed();
        expect(client.received).toContain('application/problem+json');
        expect(client.received).toContain('"type":"urn:spillway:problem:malformed"');
        const id = /x-request-id: (\S+)/i.exec(client.received)?.[1] ?? 'none';
        expect(client.received).toContain(`"requestId":"${id}"`);
      },
      TEST_MS,
    );

    test(
      'a client that has sent all and closes its side still gets its answer',
      async () => {
        const client = new RawClient(service.url);
        client.socket.end(rawRequest('POST /v1/messages HTTP/1.1', { body: '{"value":1}' }) + LIVE);
        expect(await client.closed()).toEqual([202, 200]);
      },
      TEST_MS,
    );

    test(
      'a client is told to continue before it sends a body, and not if that is too large',
      async () => {
        const client = new RawClient(service.url);
        client.send(expecting(11));
        expect(await client.answers(1)).toEqual([100]);
        client.send('{"value":1}');
        expect(await client.answers(2)).toEqual([100, 202]);
        client.send(expecting(10_000_000));
        expect(await client.closed()).toEqual([100, 202, 413]);
      },
      TEST_MS,
    );

    test(
      'HEAD has the length of GET, and no body',
      async () => {
        const get = await fetch(`${service.url}/health/live`);
        const client = new RawClient(service.url);
        client.send(LIVE.replace('GET', 'HEAD') + LIVE.replace('GET', 'HEAD'));
        await client.answers(2);
        const length = `content-length: ${(await get.text()).length}\r\n`;
        expect(client.received.toLowerCase().split(length)).toHaveLength(3);
        expect(client.received).toEndWith('\r\n\r\n');
        expect(client.received).not.toContain('{');
        client.socket.destroy();
      },
      TEST_MS,
    );

    test(
      'heads and bodies that come too slowly are cut off, and a steady upload of 8 kB/s is not',
      async () => {
        const [head, body, idle] = [1, 2, 3].map(() => new RawClient(service.url));
        const steady = new RawClient(service.url);
        head?.send('POST /v1/messages HTTP/1.1\r\nHo');
        body?.send(started(1000));
        const seconds = 14;
        const length = seconds * 8000;
        steady.send(started(length + 12));
        const drip = setInterval(() => {
          head?.send('s');
          body?.send('x');
          steady.send('x'.repeat(800));
        }, 100);
        expect(await Promise.all([head?.closed(), body?.closed()])).toEqual([[408], [408]]);
        await until('all is sent', () => steady.socket.bytesWritten >= length);
        clearInterval(drip);
        const rest = length + 10 - (steady.socket.bytesWritten - started(length + 12).length);
        steady.send(`${'x'.repeat(Math.max(0, rest - 8))}"}`);
        expect([steady.isClosed, idle?.isClosed]).toEqual([false, false]);
        for (const { socket } of [steady, idle!]) socket.destroy();
      },
      TEST_MS,
    );

    test(
      'a client that pipelines and never reads costs the others nothing, and memory has a bound',
      async () => {
        const before = residentMb(service.pid);
        const flood = LIVE.repeat(2000);
        const clients = Array.from({ length: 20 }, () => new RawClient(service.url));
        for (const { socket } of clients) socket.pause();
        const pour = setInterval(() => {
          for (const { socket } of clients) if (socket.writableLength < 1_000_000) socket.write(flood);
        }, 20);
        const waits: number[] = [];
        for (let round = 0; round < 50; round++) {
          const began = performance.now();
          expect((await service.post({ value: round })).status).toBe(202);
          waits.push(performance.now() - began);
          await Bun.sleep(20);
        }
        clearInterval(pour);
        const grown = residentMb(service.pid) - before;
        console.log(
          `${runtime}: p90 ${waits.toSorted((a, b) => a - b)[45]?.toFixed()} ms, ${grown.toFixed()} MB more`,
        );
        for (const { socket } of clients) socket.destroy();
        expect(grown).toBeLessThan(150);
      },
      TEST_MS,
    );
  });
}
