import { expect, test } from 'bun:test';
import { createServer } from 'node:http';
import { launchOf, PROCESSES } from '../support/process/runtimes.ts';
import { describeReal } from '../support/process/services.ts';

const CASES = PROCESSES.flatMap((runtime) =>
  (['kafka', 'redis'] as const).map((kind) => [runtime, kind] as const),
);

describeReal('A request that writes', [...PROCESSES], () => {
  test.each(CASES)(
    'arrives once on %s, though its connection is cut: %s',
    async (runtime, kind) => {
      const server = await cuttingServer();
      const { command } = await launchOf(runtime, 'test/support/http/send-once/main.ts');
      const child = Bun.spawn([...command, kind, server.url], { stdout: 'pipe', stderr: 'inherit' });
      const told: object = JSON.parse(await new Response(child.stdout).text()) as object;
      const expected =
        kind === 'kafka' ? [{ kind: 'failed', blame: 'kafka', maybeWritten: true }] : { kind: 'down' };
      expect(told).toMatchObject(expected);
      // The second one came on a connection that was kept: else there was nothing to see.
      expect(server.arrived).toEqual(['answered', 'cut on a kept connection']);
      await server.stop();
    },
    60_000,
  );
});

/** Answers what either client takes for good. Cuts the second request's connection, once it is read whole. */
async function cuttingServer() {
  const arrived: string[] = [];
  const used = new Set<unknown>();
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const isKept = used.has(request.socket);
      used.add(request.socket);
      if (arrived.length === 1) {
        arrived.push(isKept ? 'cut on a kept connection' : 'cut');
        request.socket.destroy();
        return;
      }
      arrived.push('answered');
      const isKafka = request.url !== '/pipeline';
      response.end(JSON.stringify(isKafka ? { offsets: [{ partition: 0, offset: 0 }] } : [{ result: 0 }]));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const stop = () => new Promise((resolve) => server.close(resolve));
  return { arrived, stop, url: `http://127.0.0.1:${port}` };
}
