import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Spillway, startSpillway, switchKafka } from '../support/process/spillway.ts';
import { until } from '../support/process/wait.ts';

const fetchJson = async (url: string, init?: RequestInit) => (await (await fetch(url, init)).json()) as never;

async function outputOf(variables: Record<string, string>): Promise<string> {
  try {
    const service = await startSpillway(variables);
    await service.end('SIGKILL');
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('It started');
}

describe('the service, embedded', () => {
  test('needs no variable, says where to post and on what it runs, and the line that it prints works', async () => {
    const service = await startSpillway();
    expect(service.output()).toContain(
      'kafka="embedded, in ./data" redis="embedded, in ./data" backfill=inline',
    );
    const line = await until('the line to try', () => /curl -i .*$/m.exec(service.output())?.[0]);
    const shell = Bun.spawn(['sh', '-c', line], { stdout: 'pipe', stderr: 'ignore' });
    expect(await shell.stdout.text()).toMatch(/202 Accepted[^]*"status":"published"/);
    expect(await service.end('SIGTERM')).toBe(0);
  });

  test('says on / in plain text where things are, and each line that it gives works', async () => {
    const service = await startSpillway();
    const guide = await fetch(service.url);
    expect(guide.headers.get('Content-Type')).toBe('text/plain; charset=UTF-8');
    const commands = (await guide.text()).match(/curl .*$/gm) ?? [];
    for (const command of commands) {
      const shell = Bun.spawn(['sh', '-c', `${command} --fail`], { stdout: 'pipe', stderr: 'ignore' });
      const output = await shell.stdout.text();
      expect([command, await shell.exited]).toEqual([command, 0]);
      if (command.includes('/v1/messages')) expect(output).toContain('"status":"published"');
    }
    expect(commands).toHaveLength(6);
    await service.end('SIGKILL');
  });

  test('what was acknowledged survives kill -9: the published and the parked', async () => {
    const service = await startSpillway();
    await service.post({ value: 1, id: 'published' });
    await switchKafka(service, 'fail');
    const parked = await service.post({ value: 2, id: 'parked' });
    expect(parked.headers.get('X-Fallback-Mode')).toBe('true');
    await service.end('SIGKILL');

    const next = await startSpillway({}, { dir: service.dir });
    const ids = await until('both are in the log', async () => {
      const { latest } = (await fetchJson(`${next.url}/dev/kafka`)) as {
        latest: { headers: Record<string, string> }[];
      };
      return latest.length === 2 && latest.map(({ headers }) => headers['spillway-id']);
    });
    expect(ids).toEqual(['published', 'parked']);
    await next.end('SIGKILL');
  }, 30_000);

  test('a developer sees a circuit open, close, and the list drain', async () => {
    const service = await startSpillway({ KAFKA_BREAKER_RESET_TIMEOUT: '0.3' });
    const { post, metric, dir } = service;
    expect(await switchKafka(service, 'fail')).toEqual({ failing: true });
    for (let count = 0; count < 6; count++) {
      const response = await post({ value: count });
      expect([response.status, response.headers.get('X-Fallback-Mode')]).toEqual([202, 'true']);
    }
    expect(await metric('circuit_breaker_state{service="kafka"}')).toBe(1);
    expect(await metric('redis_fallback_queue_length')).toBe(6);
    await switchKafka(service, 'recover');
    await until('the list is empty', async () => (await metric('redis_fallback_queue_length')) === 0);
    await until(
      'the circuit is closed',
      async () => (await metric('circuit_breaker_state{service="kafka"}')) === 0,
    );
    const lines = readFileSync(join(dir, 'logs/api.log'), 'utf8');
    expect(lines).toMatch(
      /^[-\d]{10} [:\d]{8} - WARNING - Circuit breaker kafka_producer opened - Kafka unavailable/m,
    );
    expect(lines).toMatch(/ - INFO - Circuit breaker kafka_producer half-open - Testing Kafka connection/);
    expect(lines).toMatch(/ - INFO - Circuit breaker kafka_producer closed - Kafka available/);
    expect(service.output()).toContain(lines.trim().split('\n').at(-1) ?? 'no line');
    await service.end('SIGKILL');
  }, 60_000);

  test('a page of another name that points to this machine does not reach /dev', async () => {
    const service = await startSpillway();
    const headers = { 'Content-Type': 'application/json', Host: 'evil.example' };
    const response = await fetch(`${service.url}/dev/kafka/fail`, { method: 'POST', headers });
    expect([response.status, response.headers.get('Content-Type')]).toEqual([
      403,
      'application/problem+json',
    ]);
    expect(await (await service.post({ value: 1 })).json()).toMatchObject({ status: 'published' });
    await service.end('SIGKILL');
  });

  test('goes on where the logs can not be written', async () => {
    const service = await startSpillway({ LOG_DIR: '/dev/null/logs' });
    expect((await service.post({ value: 1 })).status).toBe(202);
    expect(service.output()).toContain("Can't write /dev/null/logs/api.log");
    await service.end('SIGKILL');
  });
});

test.each([
  ['states its length', (text: string) => text],
  ['does not state its length', (text: string) => new Blob([text]).stream()],
])(
  'a body that is far too large and %s is answered with a problem document',
  async (_, toBody: (text: string) => string | ReadableStream) => {
    const service = await startSpillway({ MAX_BODY_BYTES: '1000' });
    const response = await fetch(`${service.url}/v1/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: toBody('x'.repeat(1_000_000)),
    });
    expect(response.status).toBe(413);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    await service.end('SIGKILL');
  },
);

describe('a start that is refused', () => {
  test.each([
    [{ PORT: 'eighty' }, 'PORT must be a whole number from 0 to 65535'],
    [{ DATA_DIR: '/dev/null/data' }, 'DATA_DIR names a directory that cannot be written'],
    [{ KAFKA_BROKERS: 'a:1', KAFKA_REST_URL: 'http://a' }, 'KAFKA_BROKERS and KAFKA_REST_URL are both set'],
  ])(
    '%j ends with 1 and says what to mend, without a stack',
    async (variables: Record<string, string>, text) => {
      const output = await outputOf(variables);
      expect(output).toContain('ended with 1');
      expect(output).toContain(text);
      expect(output).not.toContain('    at ');
    },
  );

  test('a file that can not be read is a refusal to start that names the variable', async () => {
    const tls = { KAFKA_BROKERS: '127.0.0.1:1', KAFKA_SSL: 'true' };
    const output = await outputOf({ ...tls, KAFKA_SSL_CA_FILE: '/nowhere/ca.pem' });
    expect(output).toContain('ended with 1');
    expect(output).toContain("KAFKA_SSL_CA_FILE names a file that can't be read: ENOENT");
  });

  test('a port that is taken is named', async () => {
    const first = await startSpillway();
    const output = await outputOf({ PORT: new URL(first.url).port });
    expect(output).toContain('free it, or set HOST or PORT to another');
    expect(output).not.toContain('    at ');
    await first.end('SIGKILL');
  });
});

test('the data stays where DATA_DIR says', async () => {
  const service = await startSpillway({ DATA_DIR: 'elsewhere' });
  await service.post({ value: 1 });
  expect(existsSync(join(service.dir, 'elsewhere/kafka.db'))).toBe(true);
  await service.end('SIGKILL');
});

/** A request whose body does not come to its end. */
function endless({ url }: Spillway): void {
  const socket = connect(Number(new URL(url).port), 'localhost');
  socket.on('error', () => {});
  socket.write(
    'POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  );
}

test('a client that never ends its request does not hold the process', async () => {
  const service = await startSpillway();
  endless(service);
  await Bun.sleep(100);
  const began = performance.now();
  expect(await service.end('SIGTERM')).toBe(0);
  expect(performance.now() - began).toBeLessThan(5000);
});

test('a ctrl-C that arrives twice, from the terminal and from bun run, still lets it stop in order', async () => {
  const service = await startSpillway();
  endless(service);
  await Bun.sleep(100);
  const ended = service.end('SIGINT');
  await until('it has heard the first one', () => service.output().includes('Stopping on SIGINT'));
  process.kill(service.pid, 'SIGINT');
  expect(await ended).toBe(0);
  expect(service.output()).toContain('Stopped');
});
