import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scripts } from '../package.json';
import { startSpillway } from './support/process/spillway.ts';
import { until } from './support/process/wait.ts';

const read = (page: string) => readFileSync(join(import.meta.dir, '..', page), 'utf8');
const README = read('README.md');
const PRINTED_URL = 'http://localhost:8000';

interface Step {
  /** One command of a shell, over several lines where they end with a backslash. */
  readonly command: string;
  readonly output: string;
}

/** The commands of a page's `console` blocks, which begin with `$ `, each with what is printed below it. */
function stepsOf(page: string): Step[] {
  const blocks = [...page.matchAll(/^```console\n([^]*?)^```$/gm)].map(([, block = '']) => block);
  const texts = blocks.flatMap((block) => block.split(/^\$ /m).filter(Boolean));
  return texts.map((text) => {
    const [command = ''] = /^(.*\\\n)*.*\n/.exec(text) ?? [];
    return { command: command.trim(), output: text.slice(command.length).trim() };
  });
}

/** Hides what is another one each time: ids and moments. */
function mask(text: string): string {
  return text
    .replaceAll('\r', '')
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '<id>')
    .replaceAll(/^Date: .* GMT$/gm, 'Date: <date>')
    .replaceAll(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/gm, '<time>')
    .trim();
}

async function run(command: string, cwd: string): Promise<string> {
  const shell = Bun.spawn(['bash', '-c', command], { cwd, stdout: 'pipe', stderr: 'ignore' });
  return mask(await shell.stdout.text());
}

/** Runs a step. What only asks is asked again until it is as printed, or the time is up. */
async function play({ command, output }: Step, url: string, cwd: string): Promise<string> {
  const here = command.replaceAll(PRINTED_URL, url);
  if (/ -(d|X) /.test(command)) return run(here, cwd);
  let seen = '';
  const isAsPrinted = async () => (seen = await run(here, cwd)) === mask(output);
  // Where it never is, the comparison says more than the waiting.
  await until(`${command} is answered as printed`, isAsPrinted, { timeoutMs: 20_000 }).catch(() => {});
  return seen;
}

test.each([
  ['README.md', 9],
  ['docs/clients/README.md', 3],
])(
  'the commands of %s answer what is printed, in its order, on a service without settings',
  async (page, least) => {
    const steps = stepsOf(read(page));
    expect(steps.length).toBeGreaterThanOrEqual(least);
    // Long enough for the commands before the recovery, on a slow machine too.
    const service = await startSpillway({ KAFKA_BREAKER_RESET_TIMEOUT: '4' });
    for (const step of steps) {
      const seen = { command: step.command, output: await play(step, service.url, service.dir) };
      expect(seen).toEqual({ command: step.command, output: mask(step.output) });
    }
    await service.end('SIGKILL');
  },
  120_000,
);

describe('the README', () => {
  test('names commands that exist, for Bun and for Node alike', () => {
    const rows = [...README.matchAll(/^\| .* \| `(bun .*)` \| `npx -y bun@1\.4 (.*)` \|$/gm)];
    expect(rows.length).toBe(2);
    for (const [, withBun = '', withNode = ''] of rows) {
      expect(withNode).toBe(withBun.replace('bun ', ''));
      expect(Object.keys(scripts)).toContain(withNode.replace('run ', ''));
    }
    // What the transcript is played on above is what `bun dev` starts.
    expect(scripts.dev).toEndWith(' src/entry/bun.ts');
  });

  test('has 900 words at most', () => {
    expect(README.split(/\s+/).filter(Boolean).length).toBeLessThanOrEqual(900);
  });
});
