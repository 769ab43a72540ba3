import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { describeReal, realRedis } from '../process/services.ts';
import { UpstashServer } from './upstash-server.ts';

describeReal('the REST server of the tests', ['redis'], () => {
  let server: UpstashServer;
  beforeAll(async () => {
    server = await UpstashServer.start((await realRedis()).url);
  });
  beforeEach(async () => {
    server.fault = undefined;
    await (await realRedis()).flush();
  });
  afterAll(() => server.stop());

  const ask = async (
    path: string,
    body?: unknown,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
  ) => {
    const response = await fetch(server.url + path, {
      method: 'POST',
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...init,
      headers: { Authorization: `Bearer ${server.token}`, ...init.headers },
    });
    return [response.status, await response.json()] as const;
  };

  test('takes a command as a body, with numbers and booleans', async () => {
    expect(await ask('/', ['SET', 'a', 1.5])).toEqual([200, { result: 'OK' }]);
    expect(await ask('/', ['APPEND', 'a', true])).toEqual([200, { result: 7 }]);
    expect(await ask('/', ['GET', 'a'])).toEqual([200, { result: '1.5true' }]);
    expect(await ask('/', ['GET', 'none'])).toEqual([200, { result: null }]);
    expect(await ask('/', ['EVAL', 'return {1, {"x"}}', 0])).toEqual([200, { result: [1, ['x']] }]);
  });

  test('takes a command as a path, a body as its last argument, and a query after it', async () => {
    expect(await ask('/set/a%2Fb', 'a "value"', {})).toEqual([200, { result: 'OK' }]);
    expect(await ask('/get/a%2Fb', undefined, { method: 'GET' })).toEqual([200, { result: 'a "value"' }]);
    await ask('/set/c?EX=100', 'x');
    expect(await ask('/ttl/c')).toEqual([200, { result: 100 }]);
    expect((await fetch(`${server.url}/get/c?_token=${server.token}`)).status).toBe(200);
  });

  test('a pipeline answers each of its commands, a transaction all or none', async () => {
    const commands = [['SET', 'a', 'x'], ['NONSENSE'], ['INCR', 'b']];
    const error = expect.stringContaining('unknown command');
    expect(await ask('/pipeline', commands)).toEqual([200, [{ result: 'OK' }, { error }, { result: 1 }]]);
    expect(await ask('/multi-exec', commands)).toEqual([
      400,
      { error: expect.stringContaining('EXECABORT') },
    ]);
    const good = [
      ['INCR', 'b'],
      ['LPUSH', 'a', 'y'],
    ];
    const wrong = { error: expect.stringContaining('WRONGTYPE') };
    expect(await ask('/multi-exec', good)).toEqual([200, [{ result: 2 }, wrong]]);
  });

  test('base64 encodes every string but OK', async () => {
    const headers = { 'Upstash-Encoding': 'base64', 'upstash-sync-token': 'x' };
    expect(await ask('/', ['SET', 'a', 'ü'], { headers })).toEqual([200, { result: 'OK' }]);
    expect(await ask('/', ['MGET', 'a', 'b'], { headers })).toEqual([200, { result: ['w7w=', null] }]);
  });

  test('refuses who has no token, what is no command, and what HTTP can not do', async () => {
    const unauthorised = { error: 'WRONGPASS invalid or missing auth token' };
    expect(await ask('/', ['PING'], { headers: { Authorization: 'Bearer x' } })).toEqual([401, unauthorised]);
    expect((await fetch(`${server.url}/pipeline`, { method: 'POST', body: '[["PING"]]' })).status).toBe(401);
    expect((await ask('/', undefined, { method: 'DELETE' }))[0]).toBe(405);
    for (const body of ['', '{', '[]', '{}', '[["GET"]]', '[null]'])
      expect([body, (await ask('/', body))[0]]).toEqual([body, 400]);
    for (const body of ['[]', '["GET"]', '[[]]']) expect((await ask('/pipeline', body))[0]).toBe(400);
    for (const command of [
      ['BLPOP', 'a', 0],
      ['WATCH', 'a'],
      ['SELECT', 1],
      ['XREAD', 'BLOCK', 1],
    ])
      expect((await ask('/', command))[0]).toBe(400);
    expect(await ask('/', ['SET', 'a', 'x'.repeat(10_000_000)])).toEqual([
      400,
      { error: expect.stringContaining('max request size') },
    ]);
  });

  test('fails as it is told, and is well again', async () => {
    await ask('/', ['SET', 'a', '1']);
    server.fault = { kind: 'answers', status: 500, body: '"x"' };
    expect(await ask('/', ['INCR', 'a'])).toEqual([500, 'x']);
    server.fault = { kind: 'refuses', error: 'ERR no' };
    expect(await ask('/', ['INCR', 'a'])).toEqual([400, { error: 'ERR no' }]);
    server.fault = { kind: 'silent' };
    expect(await fails(ask('/', ['INCR', 'a'], { signal: AbortSignal.timeout(50) }))).toBeTrue();
    await server.down();
    expect(await fails(ask('/', ['INCR', 'a']))).toBeTrue();
    await server.up();
    server.fault = { kind: 'slow', ms: 50 };
    const began = performance.now();
    expect(await ask('/', ['GET', 'a'])).toEqual([200, { result: '1' }]);
    expect(performance.now() - began).toBeGreaterThan(45);
    server.fault = { kind: 'loses-reply' };
    expect(await fails(ask('/', ['SET', 'a', 'done']))).toBeTrue();
    server.fault = undefined;
    expect(await ask('/', ['GET', 'a'])).toEqual([200, { result: 'done' }]);
  });
});

function fails(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => false,
    () => true,
  );
}
