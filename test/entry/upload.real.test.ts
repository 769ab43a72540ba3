import { expect, test } from 'bun:test';
import { connect } from 'node:net';
import { PROCESSES } from '../support/process/runtimes.ts';
import { describeReal } from '../support/process/services.ts';
import { startSpillway } from '../support/process/spillway.ts';
import { until } from '../support/process/wait.ts';

const TEST_MS = 60_000;
const LINES = 50_000;
const LINES_A_CHUNK = 50;
/** About 60 in practice, much of it garbage. A body that is read whole takes more than its 100 MB. */
const MAX_RISE_MB = 85;

function residentMb(pid: number): number {
  return Number(Bun.spawnSync(['ps', '-o', 'rss=', '-p', String(pid)]).stdout.toString()) / 1000;
}

/** Sends NDJSON of 2 kB a line in chunks, no faster than it is taken; answers what comes back. */
async function upload(url: string, lines: number): Promise<string> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  let received = '';
  socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1')));
  const flushed = () => new Promise<void>((resolve) => void socket.once('drain', resolve));
  socket.write(
    'POST /v1/messages/batch HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  const pad = 'x'.repeat(1950);
  for (let at = 0; at < lines; at += LINES_A_CHUNK) {
    const text = Array.from(
      { length: LINES_A_CHUNK },
      (_, n) => `{"id":"line-${at + n}","value":"${pad}"}\n`,
    ).join('');
    if (!socket.write(`${text.length.toString(16)}\r\n${text}\r\n`)) await flushed();
  }
  socket.write('0\r\n\r\n');
  await until('the answer is complete', () => socket.closed, { timeoutMs: TEST_MS });
  return received;
}

for (const runtime of PROCESSES) {
  describeReal(`a large upload on ${runtime}`, [runtime], () => {
    test(
      'of 100 MB needs a fraction of that in memory, and each line has its outcome in order',
      async () => {
        const service = await startSpillway(
          { MAX_BODY_BYTES: '100000000', DEDUP_TTL_SECONDS: '0' },
          { runtime },
        );
        // Code and buffers that any upload needs.
        await upload(service.url, 5000);
        const before = residentMb(service.pid);
        let most = before;
        const watch = setInterval(() => (most = Math.max(most, residentMb(service.pid))), 100);
        const answer = await upload(service.url, LINES);
        clearInterval(watch);
        expect(answer.slice(0, 12)).toBe('HTTP/1.1 202');
        const { published, items } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as {
          published: number;
          items: { id: string }[];
        };
        expect(published).toBe(LINES);
        expect(items.every(({ id }, index) => id === `line-${index}`)).toBe(true);
        expect(most - before).toBeLessThan(MAX_RISE_MB);
        await service.end('SIGKILL');
      },
      TEST_MS,
    );
  });
}
