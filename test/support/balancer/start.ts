import { hasEnded, killAtEnd } from '../janitor.ts';
import { commandOf } from '../runtimes.ts';
import { until } from '../wait.ts';

/** Starts a load balancer as a process of Node, whose client closes and keeps connections by the book. */
export async function startBalancer(upstreams: readonly string[]) {
  const command = [...(await commandOf('node', 'test/support/balancer/main.ts')), ...upstreams];
  const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'inherit' });
  killAtEnd(child.pid);
  const { value } = await child.stdout.getReader().read();
  const url = /http:\S+/.exec(new TextDecoder().decode(value))?.[0];
  const balancer = {
    post: (body: unknown) =>
      fetch(`${url}/v1/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    /** Waits until so many upstreams are ready. */
    sees: (count: number) =>
      until(`${count} upstreams are ready`, async () => {
        return Number(await (await fetch(`${url}/ready`)).text()) === count;
      }),
    async end(): Promise<void> {
      child.kill();
      await child.exited;
      hasEnded(child.pid);
    },
  };
  await balancer.sees(upstreams.length);
  return balancer;
}
