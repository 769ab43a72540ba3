import type { Client, Figures, Task } from './client.ts';
import { BATCH } from './records.ts';
import { median } from './spread.ts';

/** Does the task, and says what it took of this process. */
export async function measure(client: Client, task: Task): Promise<Figures> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const times = task.kind === 'idle' ? await idle(task) : await load(client, task);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  const written = times.length * (task.batch ? BATCH : 1);
  return {
    perSecond: (written / ms) * 1000,
    cpuMicrosEach: (user + system) / written,
    cpuPercent: (user + system) / ms / 10,
    p50: median(times),
  };
}

async function idle({ ms }: Task): Promise<number[]> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return [0];
}

/** Answers how long each write took. */
async function load(client: Client, { callers, batch, ms }: Task): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + ms;
  async function call(caller: number): Promise<void> {
    let before = performance.now();
    for (let n = caller; before < end; n += callers) {
      await (batch ? client.batch(n) : client.one(n));
      const now = performance.now();
      times.push(now - before);
      before = now;
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  return times;
}
