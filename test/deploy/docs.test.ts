import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Glob } from 'bun';
import { readConfig } from '../../src/config/config.ts';

const ROOT = join(import.meta.dir, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const pages = [...new Glob('docs/operators/deploy/*.md').scanSync(ROOT)].toSorted();

const blocks = pages.flatMap((page) =>
  [...read(page).matchAll(/```env\n([^]*?)```/g)].map(([, text = ''], index) => ({
    name: `block ${index + 1} of ${page}`,
    env: Object.fromEntries(
      text
        .trim()
        .split('\n')
        .map((line) => /^([A-Z_]+)=(.+)$/.exec(line)?.slice(1) ?? [line, '']),
    ) as Record<string, string>,
  })),
);

const known = read('docs/configuration.md');

test.each(blocks)('$name is a set of settings that can be read', ({ env }) => {
  for (const [name, value] of Object.entries(env)) {
    expect(value).not.toBe('');
    expect(known).toContain(`\`${name}\``);
  }
  // Those of Fly alone leave the secrets to `fly secrets`.
  const secrets = 'KAFKA_SASL_MECHANISM' in env && !('KAFKA_BROKERS' in env);
  const given = { KAFKA_BROKERS: 'a:1', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' };
  expect(() => readConfig(secrets ? { ...given, ...env } : env)).not.toThrow();
});

test('the pages have such blocks', () => {
  expect(blocks.length).toBeGreaterThan(10);
});

test('fly.toml runs commands that the binary has, on the port that the service listens on', () => {
  const fly = Bun.TOML.parse(read('fly.toml')) as {
    env: Record<string, string>;
    processes: Record<string, string>;
    http_service: { internal_port: number; processes: string[]; checks: { path: string }[] };
    kill_signal: string;
    kill_timeout: number;
  };
  expect(fly.processes).toEqual({ api: 'serve', backfill: 'backfill' });
  const { internal_port: port, processes, checks } = fly.http_service;
  expect([port, processes, checks[0]?.path]).toEqual([readConfig(fly.env).port, ['api'], '/health/ready']);
  // A process ends 9 s after its delay at the latest.
  expect(fly.kill_signal).toBe('SIGTERM');
  expect(fly.kill_timeout).toBeGreaterThan(readConfig(fly.env).shutdownDelayMs / 1000 + 9);
});
