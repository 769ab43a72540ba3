import { afterAll, beforeAll, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { LIMITS } from '../../src/entry/http1/limits.ts';
import { Authority, type Identity } from '../support/http/certificates.ts';
import { RawClient, rawRequest } from '../support/http/raw.ts';
import { launchOf, PROCESSES, type Runtime } from '../support/process/runtimes.ts';
import { describeReal } from '../support/process/services.ts';
import { type Spillway, startSpillway } from '../support/process/spillway.ts';
import { tempDir } from '../support/process/temp-dir.ts';
import { until } from '../support/process/wait.ts';
import { EDGES } from './http-edges.ts';

const TEST_MS = 30_000;
const LIVE = rawRequest('GET /health/live HTTP/1.1');
const POST = rawRequest('POST /v1/messages HTTP/1.1', { body: '{"value":1}' });
const RENEWED = 'INFO - The certificate in TLS_CERT_FILE is renewed';
type Process = (typeof PROCESSES)[number];

/** How long a connection on which nothing is sent lives, in milliseconds. */
function beSilent({ url }: Spillway): Promise<number> {
  const began = performance.now();
  return new RawClient(url).closed().then(() => performance.now() - began);
}

/** The answers to a request on a connection of its own. */
async function statusesOf({ url }: Spillway, tls: ConnectionOptions): Promise<number[]> {
  const peer = new RawClient(url, tls);
  peer.send(rawRequest('GET /health/live HTTP/1.1', { fields: 'Connection: close\r\n' }));
  return peer.closed();
}

/** How many bytes are taken of a client that pipelines and never reads, up to `most`. */
async function takenOf({ url }: Spillway, tls: ConnectionOptions, most: number): Promise<number> {
  const { socket } = new RawClient(url, tls);
  socket.pause();
  const flood = LIVE.repeat(20_000);
  let taken = 0;
  for (let waits = 0; waits < 50 && taken < most; waits++) {
    if (socket.writableLength === 0) {
      taken += flood.length;
      socket.write(flood);
      waits = 0;
    }
    await Bun.sleep(10);
  }
  socket.destroy();
  return taken;
}

/** The status and the output of `spillway health`. */
async function health(runtime: Process, { url }: Spillway, variables: Record<string, string>) {
  const { command } = await launchOf(runtime, 'src/entry/health.ts');
  const env = { PATH: process.env['PATH'], PORT: new URL(url).port, HOST: '127.0.0.1', ...variables };
  const child = Bun.spawn(command, { env, stdout: 'pipe', stderr: 'pipe' });
  return [await child.exited, (await child.stdout.text()) + (await child.stderr.text())] as const;
}

describeReal('TLS on the port of the API', [...PROCESSES], () => {
  const directory = tempDir().path;
  const file = (name: string) => join(directory, name);
  const write = ({ cert, key }: Identity) => {
    writeFileSync(file('tls.crt'), cert);
    writeFileSync(file('tls.key'), key);
  };
  const TLS = { TLS_CERT_FILE: file('tls.crt'), TLS_KEY_FILE: file('tls.key') };
  const MUTUAL = { ...TLS, TLS_CLIENT_CA_FILE: file('ca.crt') };

  let authority: Authority;
  let trust: ConnectionOptions;
  let client: ConnectionOptions;
  let stranger: ConnectionOptions;
  const services = new Map<Process, { open: Spillway; mutual: Spillway }>();
  /** A connection each on which nothing is sent, from the start on. */
  const silent = new Map<Process, Promise<number>>();
  const on = (runtime: Process) => services.get(runtime)!;

  beforeAll(async () => {
    authority = await Authority.found('CA');
    const other = await Authority.found('other CA');
    trust = { ca: authority.ca, servername: 'localhost' };
    client = { ...trust, ...(await authority.issue('client')) };
    stranger = { ...trust, ...(await other.issue('stranger')) };
    writeFileSync(file('ca.crt'), authority.ca);
    write(await authority.issue('first'));
    await Promise.all(
      PROCESSES.map(async (runtime) => {
        const [open, mutual] = await Promise.all([
          startSpillway(TLS, { runtime }),
          startSpillway(MUTUAL, { runtime }),
        ]);
        services.set(runtime, { open, mutual });
        silent.set(runtime, beSilent(mutual));
      }),
    );
  }, TEST_MS);

  afterAll(() =>
    Promise.all(
      [...services.values()].flatMap(({ open, mutual }) => [open.end('SIGKILL'), mutual.end('SIGKILL')]),
    ),
  );

  /** The subject of the certificate that a new connection is shown. */
  async function subjectOf({ url }: Spillway): Promise<unknown> {
    const socket = connect({ ...client, port: Number(new URL(url).port), host: '127.0.0.1' });
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return CN;
  }

  test.each(PROCESSES)('takes messages, and says that its address is https: %s', async (runtime) => {
    const { open } = on(runtime);
    expect(open.url).toStartWith('https://');
    const peer = new RawClient(open.url, trust);
    peer.send(POST + LIVE);
    expect(await peer.answers(2)).toEqual([202, 200]);
    peer.socket.destroy();
  });

  test.each(PROCESSES)('speaks TLS 1.2 and 1.3, HTTP/1.1 and nothing older or else: %s', async (runtime) => {
    const { open } = on(runtime);
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
      expect(await statusesOf(open, { ...trust, minVersion: version, maxVersion: version })).toEqual([200]);
    expect(await statusesOf(open, { ...trust, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).toEqual([]);
    expect(await statusesOf(open, { ...trust, ALPNProtocols: ['http/1.1'] })).toEqual([200]);
    expect(await statusesOf(open, { ...trust, ALPNProtocols: ['h2'] })).toEqual([]);
  });

  test.each(PROCESSES)(
    'reads HTTP as it does without TLS: %s',
    async (runtime) => {
      const { open } = on(runtime);
      await Promise.all(
        Object.entries(EDGES).map(async ([name, { sent, statuses, connection }]) => {
          const peer = new RawClient(open.url, trust);
          peer.send(sent);
          const answered = connection === 'closed' ? peer.closed() : peer.answers(statuses.length);
          expect([name, await answered]).toEqual([name, [...statuses]]);
          expect([name, peer.isClosed]).toEqual([name, connection === 'closed']);
          peer.socket.destroy();
        }),
      );
    },
    TEST_MS,
  );

  test.each(PROCESSES)('stops reading a client that does not read its answers: %s', async (runtime) => {
    const most = 60_000_000;
    expect(await takenOf(on(runtime).open, trust, most)).toBeLessThan(most / 2);
  });

  test.each(PROCESSES)('ends plain HTTP, garbage and a handshake that breaks off: %s', async (runtime) => {
    const { open } = on(runtime);
    const plain = new RawClient(open.url);
    plain.send(POST.replace('"value":1', '"value":"secret"'));
    const garbage = new RawClient(open.url);
    garbage.send('\0'.repeat(1000));
    expect([await plain.closed(), await garbage.closed()]).toEqual([[], []]);
    const broken = new RawClient(open.url);
    broken.send('\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03');
    broken.socket.resetAndDestroy();
    expect(await statusesOf(open, client)).toEqual([200]);
    expect(open.output()).not.toContain('secret');
    expect(open.output()).not.toMatch(/ERROR|WARNING - (?!.*embedded|API_KEYS is not set)/);
  });

  test.each(PROCESSES)(
    'lets in nobody without a certificate of the CA of the clients: %s',
    async (runtime) => {
      const { mutual } = on(runtime);
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        expect(await statusesOf(mutual, { ...client, maxVersion })).toEqual([200]);
        expect(await statusesOf(mutual, { ...stranger, maxVersion })).toEqual([]);
        expect(await statusesOf(mutual, { ...trust, maxVersion })).toEqual([]);
      }
    },
  );

  test.each(PROCESSES)(
    'tells `spillway health` that it is alive: %s',
    async (runtime) => {
      const { open, mutual } = on(runtime);
      const asked = [health(runtime, open, TLS), health(runtime, mutual, MUTUAL)];
      for (const answer of asked) expect(await answer).toEqual([0, 'live\n']);
    },
    TEST_MS,
  );

  test('tells `spillway health` nothing that is not set as the API is', async () => {
    const { open, mutual } = on('bun');
    const [overHttp, withoutCa] = [health('bun', open, {}), health('bun', mutual, TLS)];
    expect((await overHttp)[0]).toBe(1);
    expect((await overHttp)[1]).toStartWith('The API does not answer on http://127.0.0.1:');
    expect((await withoutCa)[0]).toBe(1);
  });

  test.each(['bun', 'node'] as const)(
    'is spoken by each of several processes: %s',
    async (runtime) => {
      // Nothing embedded is for several processes, and nothing here needs Kafka or Redis.
      const elsewhere = { KAFKA_BROKERS: '127.0.0.1:1', REDIS_URL: 'redis://127.0.0.1:1' };
      const service = await startSpillway({ ...MUTUAL, ...elsewhere, PROCESSES: '2' }, { runtime });
      await until('both listen', () => service.output().split('Listening on https:').length === 3);
      for (let count = 0; count < 10; count++) expect(await statusesOf(service, client)).toEqual([200]);
      expect(await statusesOf(service, stranger)).toEqual([]);
      expect(await service.end('SIGTERM')).toBe(0);
    },
    TEST_MS,
  );

  /** Files are changed once, for all processes. */
  let renewal: Promise<Map<Runtime, RawClient>> | undefined;
  async function renew(): Promise<Map<Runtime, RawClient>> {
    const kept = new Map<Runtime, RawClient>();
    for (const runtime of PROCESSES) {
      const peer = new RawClient(on(runtime).mutual.url, client);
      peer.send(LIVE);
      await peer.answers(1);
      kept.set(runtime, peer);
    }
    write(await authority.issue('second'));
    return kept;
  }

  test.each(PROCESSES)(
    'shows a renewed certificate to new connections, and the old ones go on: %s',
    async (runtime) => {
      const { open, mutual } = on(runtime);
      if (!renewal) for (const each of [open, mutual]) expect(await subjectOf(each)).toBe('first');
      const kept = (await (renewal ??= renew())).get(runtime);
      for (const each of [open, mutual]) {
        await until('the certificate is renewed', () => each.output().includes(RENEWED));
        expect(await subjectOf(each)).toBe('second');
      }
      kept?.send(LIVE);
      expect(await kept?.answers(2)).toEqual([200, 200]);
      kept?.socket.destroy();
      expect(await statusesOf(mutual, stranger)).toEqual([]);
    },
    TEST_MS,
  );

  let damage: Promise<void> | undefined;
  const damageKey = async () => writeFileSync(file('tls.key'), 'secret');

  test.each(PROCESSES)(
    'stays with the former certificate where the new files can not be used: %s',
    async (runtime) => {
      const { mutual } = on(runtime);
      await (damage ??= damageKey());
      await until('it is warned of', () =>
        /WARNING - TLS_KEY_FILE .*\. The former certificate stays in use/.test(mutual.output()),
      );
      expect(await subjectOf(mutual)).toBe('second');
      expect(await statusesOf(mutual, client)).toEqual([200]);
      expect(mutual.output()).not.toContain('secret');
    },
    TEST_MS,
  );

  test.each(PROCESSES)('lets a client go that never begins a handshake: %s', async (runtime) => {
    const ms = await silent.get(runtime);
    expect(ms).toBeGreaterThan(LIMITS.headMs - 100);
    expect(ms).toBeLessThan(LIMITS.headMs + 2000);
  });
});
