import { afterEach, describe, expect, test } from 'bun:test';
import { RedisStore } from '../../../../../src/drivers/store/redis/native/store.ts';
import { ScriptedRedis, type SeenCommand } from '../../../../support/redis/scripted-redis.ts';
import { until } from '../../../../support/process/wait.ts';

let redis: ScriptedRedis | undefined;
let store: RedisStore | undefined;

afterEach(async () => {
  await store?.close();
  redis?.stop();
});

const CLIENTS = [
  ['a single Redis', (port: number) => `redis://127.0.0.1:${port}`],
  ['a cluster', (port: number) => `redis://127.0.0.1:${port},127.0.0.1:${port}`],
] as const;

const isWrite = ({ words }: SeenCommand) => /^lpush/i.test(words[0] ?? '');
const timesSent = (entry: string) => redis?.seen.filter(({ words }) => words.includes(entry)).length;

/** A server whose first connection for writes refuses them with this error. */
async function open(urlOf: (port: number) => string, refusal: (command: SeenCommand) => string | undefined) {
  let first: number | undefined;
  redis = await ScriptedRedis.start((command) => {
    if (!isWrite(command)) return undefined;
    first ??= command.connection;
    return command.connection === first ? refusal(command) : undefined;
  });
  store = new RedisStore(urlOf(redis.port));
  return { redis, store };
}

describe.each(CLIENTS)('with %s', (_, urlOf) => {
  test.each([
    "READONLY You can't write against a read only replica.",
    "ERR Error running script (call to f_1): @user_script:1: -READONLY You can't write against a read only replica.",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'LOADING Redis is loading the dataset in memory',
    'NOREPLICAS Not enough good replicas to write.',
    'NOAUTH Authentication required.',
    'upstream failure',
    'no upstream host',
    'ERR Connection refused',
    'ERR Server closed connection',
    'ERR no server connection available',
    'ERR handle response, backend conn reset',
  ])('the refusal %j ends the connection, and nothing is sent twice', async (refusal) => {
    const it = await open(urlOf, () => `-${refusal}\r\n`);
    expect(await it.store.list.park(['refused'])).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining(refusal.slice(0, 30)),
    });
    await until(
      'a new connection is used',
      async () => (await it.store.list.park(['after'])).kind === 'done',
      {
        timeoutMs: 5000,
      },
    );
    expect(timesSent('refused')).toBe(1);
  });

  test.each([
    "OOM command not allowed when used memory > 'maxmemory'.",
    'MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.',
    'BUSY Redis is busy running a script.',
    'NOPERM this user has no permissions to run the command',
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    "ERR unknown command 'x', with args beginning with: 'upstream' 'connection refused'",
  ])('the refusal %j leaves the connection as it is', async (refusal) => {
    const it = await open(urlOf, () => `-${refusal}\r\n`);
    for (let count = 0; count < 3; count++) expect((await it.store.list.park(['x'])).kind).toBe('failed');
    await Bun.sleep(100);
    expect((await it.store.list.park(['x'])).kind).toBe('failed');
    expect(it.redis.used).toBe(1);
  });

  test('a probe that is refused in unknown words ends the connection', async () => {
    const it = await open(urlOf, () => '-ERR the pool is drained\r\n');
    expect(await it.store.probe()).toMatchObject({ kind: 'down' });
    await until('a new connection is used', async () => (await it.store.probe()).kind === 'up');
  });

  test('a refusal that outlasts every connection costs one a second at most', async () => {
    redis = await ScriptedRedis.start((command) => (isWrite(command) ? '-READONLY\r\n' : undefined));
    store = new RedisStore(urlOf(redis.port));
    const began = performance.now();
    for (let count = 0; count < 20; count++) {
      await store.list.park(['x']);
      await Bun.sleep(20);
    }
    expect(redis.used).toBeLessThanOrEqual(2 + (performance.now() - began) / 1000);
  });

  test('what a lost connection leaves unanswered is not sent again', async () => {
    const it = await open(urlOf, () => '');
    const reply = it.store.list.park(['unanswered']);
    await until('it was sent', () => timesSent('unanswered') === 1, { everyMs: 1 });
    it.redis.cut();
    expect((await reply).kind).toBe('failed');
    await until(
      'a new connection is used',
      async () => (await it.store.list.park(['after'])).kind === 'done',
    );
    expect(timesSent('unanswered')).toBe(1);
  });
});

function range(from: number, to: number, { port }: ScriptedRedis): string {
  return `*3\r\n:${from}\r\n:${to}\r\n*2\r\n$9\r\n127.0.0.1\r\n:${port}\r\n`;
}

test('in a cluster whose other nodes are there, too, nothing is sent again', async () => {
  const nodes: ScriptedRedis[] = [];
  const slots = () => {
    return `*2\r\n${range(0, 8191, nodes[0]!)}${range(8192, 16383, nodes[1]!)}`;
  };
  const answer = (command: SeenCommand) => {
    if (/^cluster slots$/i.test(command.words.join(' '))) return slots();
    return command.words.includes('unanswered') ? '' : undefined;
  };
  nodes.push(await ScriptedRedis.start(answer), await ScriptedRedis.start(answer));
  store = new RedisStore(`redis://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`);
  await until('it is used', async () => (await store?.list.park(['before']))?.kind === 'done');
  const sent = () => nodes.flatMap(({ seen }) => seen).filter(({ words }) => words.includes('unanswered'));
  const reply = store.list.park(['unanswered']);
  await until('it was sent', () => sent().length === 1, { everyMs: 1 });
  nodes[1]?.cut();
  expect((await reply).kind).toBe('failed');
  await until('it goes on', async () => (await store?.list.park(['after']))?.kind === 'done');
  expect(sent()).toHaveLength(1);
  for (const node of nodes) node.stop();
});
