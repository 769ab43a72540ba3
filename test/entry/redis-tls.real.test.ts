import { afterAll, beforeAll, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authority } from '../support/http/certificates.ts';
import { freePort } from '../support/process/free-port.ts';
import type { Host } from '../support/process/host.ts';
import { localRedis } from '../support/redis/service.ts';
import { PROCESSES, type Runtime } from '../support/process/runtimes.ts';
import { describeReal } from '../support/process/services.ts';
import { startSpillway, switchKafka } from '../support/process/spillway.ts';
import { tempDir } from '../support/process/temp-dir.ts';
import { until } from '../support/process/wait.ts';

type File = (name: string) => string;

/** A Redis that talks TLS alone, with the files of this directory. */
function settings(port: number, file: File): string[] {
  return Object.entries({
    port: '0',
    'tls-port': String(port),
    'tls-auth-clients': 'no',
    save: '',
    'tls-cert-file': file('cert'),
    'tls-key-file': file('key'),
    'tls-ca-cert-file': file('ca'),
  }).flatMap(([name, value]) => [`--${name}`, value]);
}

describeReal('a service with rediss://', ['localRedis', ...PROCESSES], () => {
  const directory = tempDir().path;
  const file = (name: string) => join(directory, name);
  let redis: Host;
  let url: string;

  beforeAll(async () => {
    const authority = await Authority.found('Redis CA');
    const { cert, key } = await authority.issue('redis');
    for (const [name, text] of Object.entries({ ca: authority.ca, cert, key }))
      writeFileSync(file(name), text);
    const port = await freePort();
    url = `rediss://localhost:${port}`;
    redis = await localRedis(settings(port, file), directory);
    await redis.start();
  }, 60_000);

  afterAll(() => redis.kill());

  const start = async (runtime: Runtime, variables: Record<string, string> = {}) => {
    const all = { REDIS_URL: url, REDIS_BREAKER_FAIL_MAX: '1', ...variables };
    const service = await startSpillway(all, { runtime });
    await switchKafka(service, 'fail');
    return service;
  };

  test.each(PROCESSES)(
    'parks over TLS where the certificate is trusted: %s',
    async (runtime) => {
      const trust = runtime === 'deno' ? 'DENO_CERT' : 'NODE_EXTRA_CA_CERTS';
      const service = await start(runtime, { [trust]: file('ca'), BACKFILL: 'off' });
      const response = await until('Redis takes a message', async () => {
        const answer = await service.post({ value: 1 });
        return answer.status === 202 && answer;
      });
      expect(response.headers.get('X-Fallback-Mode')).toBe('true');
      await service.end('SIGTERM');
    },
    30_000,
  );

  test.each(PROCESSES)(
    'says that the certificate is not trusted, where it is not: %s',
    async (runtime) => {
      const service = await start(runtime);
      expect((await service.post({ value: 1 })).status).toBe(503);
      await until('the log says why', () => /redis_client opened.*certificate/.test(service.output()));
      await service.end('SIGKILL');
    },
    30_000,
  );
});

describeReal('a service with rediss:// and a cluster', ['localRedis', 'redisCli'], () => {
  const directory = tempDir().path;
  const file = (name: string) => join(directory, name);

  test('parks where the certificate has the names of the nodes, and no addresses', async () => {
    const authority = await Authority.found('Redis CA');
    const { cert, key } = await authority.issue('redis', 'DNS:localhost');
    for (const [name, text] of Object.entries({ ca: authority.ca, cert, key }))
      writeFileSync(file(name), text);
    const port = await freePort();
    const cluster = [
      '--cluster-enabled',
      'yes',
      '--tls-cluster',
      'yes',
      '--cluster-port',
      String(await freePort()),
    ];
    const byName = [
      '--cluster-announce-hostname',
      'localhost',
      '--cluster-preferred-endpoint-type',
      'hostname',
    ];
    const redis = await localRedis([...settings(port, file), ...cluster, ...byName], directory);
    await redis.start();
    const cli = ['redis-cli', '-h', 'localhost', '-p', String(port), '--tls', '--cacert', file('ca')];
    const ask = async (...command: string[]) =>
      Bun.spawn([...cli, ...command], { stdout: 'pipe' }).stdout.text();
    await until('the one node has all slots', async () =>
      (await ask('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')).startsWith('OK'),
    );
    await until('it knows', async () => (await ask('CLUSTER', 'INFO')).includes('cluster_state:ok'));
    const service = await startSpillway({
      REDIS_URL: `rediss://localhost:${port},localhost:${port}`,
      NODE_EXTRA_CA_CERTS: file('ca'),
      BACKFILL: 'off',
    });
    await switchKafka(service, 'fail');
    await until('Redis takes a message', async () => (await service.post({ value: 1 })).status === 202);
    await service.end('SIGTERM');
    await redis.kill();
  }, 60_000);
});
