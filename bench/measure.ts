import type { Client, Figures, Task } from './client.ts';
import { BATCH } from './records.ts';
import { median } from './spread.ts';
import { wrk } from './wrk.ts';

/** Does the task, and says what it took of this process. */
export async function measure(client: Client, task: Task): Promise<Figures> {
  if (task.kind === 'drain') await client.fill?.();
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const { written, p50, p99 } = await perform(client, task);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  await client.clear?.();
  return {
    perSecond: (written / ms) * 1000,
    cpuMicrosEach: (user + system) / written,
    cpuPercent: (user + system) / ms / 10,
    p50,
    p99,
  };
}

type Performed = Pick<Figures, 'p50' | 'p99'> & { readonly written: number };

async function perform(client: Client, task: Task): Promise<Performed> {
  switch (task.kind) {
    case 'idle':
      await new Promise((resolve) => setTimeout(resolve, task.ms));
      return { written: 1, ...times([0]) };
    case 'drain':
      return { written: (await client.drain?.(task.ms)) ?? 0, ...times([]) };
    case 'load': {
      const waits = await load(client, task);
      return { written: waits.length * (task.batch ? BATCH : 1), ...times(waits) };
    }
    case 'http':
      return wrk(client.url ?? '', client.topic ?? '', task);
  }
}

function times(waits: readonly number[]): Pick<Figures, 'p50' | 'p99'> {
  const sorted = waits.toSorted((a, b) => a - b);
  return { p50: median(waits), p99: sorted[Math.floor(0.99 * sorted.length)] ?? Number.NaN };
}

async function load(client: Client, { callers, batch, ms }: Task): Promise<number[]> {
  const waits: number[] = [];
  const end = performance.now() + ms;
  async function call(caller: number): Promise<void> {
    let before = performance.now();
    for (let n = caller; before < end; n += callers) {
      await (batch ? client.batch?.(n) : client.one?.(n));
      const now = performance.now();
      waits.push(now - before);
      before = now;
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  return waits;
}
