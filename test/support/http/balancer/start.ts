import { startChild } from '../../process/child.ts';
import { launchOf } from '../../process/runtimes.ts';
import { tempDir } from '../../process/temp-dir.ts';
import { until } from '../../process/wait.ts';

/** Starts a load balancer as a process of Node, whose client closes and keeps connections by the book. */
export async function startBalancer(upstreams: readonly string[]) {
  const { command } = await launchOf('node', 'test/support/http/balancer/main.ts');
  const { word: url, end } = await startChild(
    'the balancer',
    { command: [...command, ...upstreams] },
    { dir: tempDir().path, ready: /Balancing on (http:\S+)/ },
  );
  const balancer = {
    post: (body: unknown) =>
      fetch(`${url}/v1/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    /** Waits until this number of upstreams is ready. */
    sees: (count: number) =>
      until(`${count} upstreams are ready`, async () => {
        return Number(await (await fetch(`${url}/ready`)).text()) === count;
      }),
    async end(): Promise<void> {
      await end('SIGKILL');
    },
  };
  await balancer.sees(upstreams.length);
  return balancer;
}
