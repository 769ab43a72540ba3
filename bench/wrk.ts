import { join } from 'node:path';
import { install, isInstalled } from '../test/support/process/install.ts';
import type { BatchForm, Figures, Task } from './client.ts';
import { BATCH } from './records.ts';

type Load = Pick<Figures, 'p50' | 'p99'> & { readonly written: number };

const PATHS: Record<BatchForm, string> = {
  ndjson: '/v1/messages/batch',
  array: '/v1/messages/batch',
  'kafka-rest': '/topics/TOPIC',
};
const SCRIPT = join(import.meta.dir, 'post.lua');

export async function installWrk(): Promise<void> {
  if (!isInstalled('wrk')) await install('wrk');
}

/** Posts messages, or batches of them, to a server by wrk, over `callers` connections. Fails if any answer is not a 202. */
export async function wrk(url: string, topic: string, { callers, ms, form }: Task): Promise<Load> {
  await untilAccepted(url);
  const seconds = `${Math.ceil(ms / 1000)}s`;
  const options = ['-t', '1', '-c', String(callers), '-d', seconds, '--latency', '-s', SCRIPT];
  const child = Bun.spawn(
    ['wrk', ...options, `${url}${form ? PATHS[form].replace('TOPIC', topic) : '/v1/messages'}`],
    {
      env: { ...process.env, FORM: form ?? 'message' },
      stdout: 'pipe',
    },
  );
  const output = await child.stdout.text();
  const numbers = /^RESULT (\d+) (\d+) (\d+) (\d+)$/m.exec(output)?.slice(1).map(Number);
  if (!numbers) throw new Error(`wrk ended with ${await child.exited}: ${output}`);
  const [written = 0, errors = 0, p50 = 0, p99 = 0] = numbers;
  if (errors > 0) throw new Error(`${errors} of ${written} requests failed: ${output}`);
  return { written: form ? BATCH * written : written, p50: p50 / 1000, p99: p99 / 1000 };
}

/** The server stood still while others were measured: its connections may have timed out. */
async function untilAccepted(url: string): Promise<void> {
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"value":1}' };
  for (let tries = 0; tries < 100; tries++) {
    if ((await fetch(`${url}/v1/messages`, init)).status === 202) return;
    await Bun.sleep(200);
  }
  throw new Error(`${url} does not accept messages`);
}
