import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { engines } from '../../package.json';

test('package managers are told the oldest Bun and Node that the page on runtimes names', async () => {
  const page = await Bun.file(join(import.meta.dir, '../../docs/operators/runtimes.md')).text();
  const named = (runtime: string) => new RegExp(`^\\| ${runtime} (\\S+) \\|`, 'm').exec(page)?.[1];
  expect(engines).toEqual({ bun: `>=${named('Bun')}`, node: `>=${named('Node')}` });
});
