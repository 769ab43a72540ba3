import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { readConfig } from '../../src/config/config.ts';
import { PARTS } from '../../src/config/embedded.ts';

interface Service {
  readonly image: string;
  readonly container_name?: string;
  readonly ports?: readonly string[];
  readonly command?: string | readonly string[];
  readonly environment?: Record<string, string>;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly profiles?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
}

const text = await Bun.file(join(import.meta.dir, '../../docker-compose.yml')).text();
const { services } = Bun.YAML.parse(text) as { services: Record<string, Service> };

const named = (name: string): Service => {
  const service = services[name];
  if (!service) throw new Error(`docker-compose.yml has no ${name}`);
  return service;
};

test('the names are those that the operator guide uses, and need no profile', () => {
  for (const name of ['api', 'kafka', 'redis', 'redis_backfill_worker'])
    expect(named(name).profiles).toBeUndefined();
});

test('the worker can be scaled: it has no name and no port that two would fight over', () => {
  const { container_name: name, ports } = named('redis_backfill_worker');
  expect([name, ports]).toEqual([undefined, undefined]);
});

test('the health of the worker is asked of the worker', () => {
  expect(named('redis_backfill_worker').healthcheck).toMatchObject({
    test: ['CMD', '/usr/local/bin/spillway', 'health', 'backfill'],
  });
});

test.each(['api', 'redis_backfill_worker'])(
  '%s writes to nothing but its logs, as nobody in particular',
  (name) => {
    const { read_only: readOnly, cap_drop: dropped, user, environment = {} } = named(name);
    expect([readOnly, dropped, user]).toEqual([true, ['ALL'], undefined]);
    // Neither driver is embedded, which would need a directory of its own.
    expect(readConfig(environment, PARTS)).toMatchObject({
      kafka: {},
      redisUrl: 'redis://redis:6379',
      backfill: 'off',
      warnings: [],
    });
  },
);

test('Redis keeps what it has acknowledged', () => {
  const command = String(named('redis').command);
  expect(command).toContain('--appendonly yes --appendfsync always');
  expect(command).toContain('--maxmemory-policy noeviction');
});

test('what has no password listens on this machine alone', () => {
  const open = Object.entries(services).filter(([name]) => name !== 'api');
  for (const [, { ports = [] }] of open) for (const port of ports) expect(port).toStartWith('127.0.0.1:');
});
