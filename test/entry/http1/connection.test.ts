import { describe, expect, test } from 'bun:test';
import { Connection } from '../../../src/entry/http1/connection.ts';
import { Load } from '../../../src/entry/http1/load.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { rawRequest } from '../../support/http/raw.ts';

const POST = rawRequest('POST /a HTTP/1.1', { body: '{"value":1}' });
const GET = rawRequest('GET /b HTTP/1.1');
const KEEP_ALIVE_MS = 75_000;

function setup(answer?: (request: Request) => Response | Promise<Response>, load = new Load(1000)) {
  const clock = new FakeClock();
  const log: string[] = [];
  const seen: string[] = [];
  const wire = { isFull: false, sent: '', isPaused: false };
  const connection = new Connection(
    {
      write(bytes) {
        wire.sent += Buffer.from(bytes).toString('latin1');
        return !wire.isFull;
      },
      end: () => void log.push('end'),
      destroy: () => void log.push('destroy'),
      pause: () => void (wire.isPaused = true),
      resume: () => void (wire.isPaused = false),
    },
    {
      clock,
      keepAliveMs: KEEP_ALIVE_MS,
      maxBodyBytes: 1000,
      load,
      onShed: () => log.push('shed'),
      later: setImmediate,
      direct: () => undefined,
      async answer(request) {
        seen.push(`${request.method} ${new URL(request.url).pathname}`);
        return answer ? answer(request) : new Response(await request.text(), { status: 202 });
      },
    },
  );
  const send = async (text: string) => {
    connection.receive(Buffer.from(text, 'latin1'));
    await clock.advance(0);
  };
  /** Lets time pass, and sweeps every second as the server does. */
  const pass = async (seconds: number, each: () => void = () => {}) => {
    for (let second = 0; second < seconds; second++) {
      each();
      await clock.advance(1000);
      connection.sweep();
    }
    await clock.advance(0);
  };
  const statuses = () => [...wire.sent.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  return { connection, clock, log, seen, wire, send, pass, statuses };
}

describe('a connection', () => {
  test('is answered in order, one request after another, whatever has arrived behind it', async () => {
    const first = Promise.withResolvers<Response>();
    const { send, seen, statuses, clock, wire } = setup((request) =>
      request.method === 'POST' ? first.promise : new Response('b'),
    );
    await send(`${POST}${GET}garbage\r\n\r\n`);
    expect([seen, statuses()]).toEqual([['POST /a'], []]);
    first.resolve(new Response('a', { status: 202 }));
    for (let turn = 0; turn < 5; turn++) await clock.advance(0);
    expect(seen).toEqual(['POST /a', 'GET /b']);
    expect(statuses()).toEqual([202, 200, 400]);
    expect(wire.sent.match(/Connection: close/g)).toHaveLength(1);
  });

  test('writes the names of fields as people search for them', async () => {
    const headers = { 'x-fallback-mode': 'true', RateLimit: '"default";r=1;t=1' };
    const { send, wire } = setup(() => new Response('a', { headers }));
    await send(GET);
    expect(wire.sent).toContain('\r\nX-Fallback-Mode: true\r\n');
    expect(wire.sent).toContain('\r\nRateLimit: "default"');
  });

  test('takes nothing from the socket while an answer is due, and goes on after it', async () => {
    const first = Promise.withResolvers<Response>();
    const { send, wire, statuses, clock } = setup(() => first.promise);
    await send(POST);
    expect(wire.isPaused).toBe(false);
    await send(GET);
    expect(wire.isPaused).toBe(true);
    first.resolve(new Response());
    for (let turn = 0; turn < 5; turn++) await clock.advance(0);
    expect([wire.isPaused, statuses().length]).toEqual([false, 2]);
  });

  test('answers no further request while its client does not read, and ends after a while', async () => {
    const { send, wire, seen, pass, log } = setup();
    wire.isFull = true;
    await send(`${GET}${GET}${GET}`);
    await send(GET);
    await pass(9);
    expect([seen.length, log, wire.isPaused]).toEqual([1, [], true]);
    await pass(2);
    expect(log).toEqual(['destroy']);
  });

  test('goes on where its client has caught up', async () => {
    const { connection, send, wire, seen, pass, clock } = setup();
    wire.isFull = true;
    await send(`${GET}${GET}`);
    await pass(5);
    wire.isFull = false;
    connection.flushed();
    for (let turn = 0; turn < 5; turn++) await clock.advance(0);
    expect(seen).toHaveLength(2);
  });

  test('sends a long answer in parts, each once there is room', async () => {
    const { connection, send, wire } = setup(() => new Response('x'.repeat(200_000)));
    wire.isFull = true;
    await send(GET);
    const sizes = [wire.sent.length];
    for (let part = 0; part < 4; part++) {
      connection.flushed();
      sizes.push(wire.sent.length);
    }
    expect(sizes[0]).toBe(65_536);
    expect(sizes[1]).toBe(2 * 65_536);
    expect(sizes.at(-1)).toBeGreaterThan(200_000);
    expect(sizes.at(-1)).toBe(sizes.at(-2) as number);
  });

  test('waits for its next request as long as it is told, and no longer', async () => {
    const { send, pass, log } = setup();
    await pass(60);
    await send(GET);
    await pass(74);
    expect(log).toEqual([]);
    await pass(2);
    expect(log).toEqual(['destroy']);
  });

  test('waits for an answer for as long as it takes', async () => {
    const answer = Promise.withResolvers<Response>();
    const { send, pass, log, statuses, clock } = setup(() => answer.promise);
    await send(POST);
    await pass(200);
    expect(log).toEqual([]);
    answer.resolve(new Response());
    await clock.advance(0);
    expect(statuses()).toEqual([200]);
  });

  test('ends a head that takes more than 10 s, however steadily it comes', async () => {
    const { pass, connection, statuses, log } = setup();
    await pass(9, () => connection.receive(Buffer.from('GET')));
    expect(statuses()).toEqual([]);
    await pass(2, () => connection.receive(Buffer.from('G')));
    expect([statuses(), log]).toEqual([[408], ['end']]);
    await pass(3);
    expect(log).toEqual(['end', 'destroy']);
  });

  test.each([
    ['under 1 kB/s', 999, [408]],
    ['of 1 kB/s', 1000, []],
  ])('of a body that comes at a rate %s is judged in windows of 10 s', async (_, bytes, expected) => {
    const clock = new FakeClock();
    let sent = '';
    const wire = { write: (text: Uint8Array) => (sent += Buffer.from(text).toString()) !== '' };
    const nothing = { end() {}, destroy() {}, pause() {}, resume() {} };
    const connection = new Connection(
      { ...wire, ...nothing },
      {
        clock,
        keepAliveMs: 1,
        maxBodyBytes: 1e6,
        load: new Load(1e6),
        onShed() {},
        later: setImmediate,
        direct: () => undefined,
        answer: () => new Response(),
      },
    );
    connection.receive(
      Buffer.from('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n' + 'x'.repeat(20_000)),
    );
    for (let second = 0; second < 45; second++) {
      connection.receive(Buffer.alloc(bytes, 'x'));
      await clock.advance(1000);
      connection.sweep();
    }
    await clock.advance(0);
    expect([...sent.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))).toEqual(expected);
  });

  test('a body that is too large is answered before it has arrived, and what comes of it is dropped', async () => {
    const { send, wire, log, seen, pass } = setup(
      (request) =>
        new Response(null, { status: request.headers.get('Content-Length') === '5000' ? 413 : 500 }),
    );
    await send('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nxxx');
    expect(wire.sent).toMatch(/413[^]*Connection: close/);
    await send('x'.repeat(4997) + GET);
    expect([seen.length, log]).toEqual([1, ['end']]);
    await pass(3);
    expect(log).toEqual(['end', 'destroy']);
  });

  test('an end of the client is an end of the connection, after the answers that are due', async () => {
    const { connection, send, statuses, log, clock } = setup();
    connection.receive(Buffer.from(POST + GET));
    connection.ended();
    for (let turn = 0; turn < 5; turn++) await clock.advance(0);
    expect([statuses(), log]).toEqual([[202, 202], ['end']]);
    await send(GET);
    expect(statuses()).toHaveLength(2);
  });

  test('a response with `Connection: close` is the last one', async () => {
    const { send, statuses, log, wire } = setup(() => new Response('', { headers: { Connection: 'close' } }));
    await send(GET + GET);
    expect([statuses(), log]).toEqual([[200], ['end']]);
    expect(wire.sent.match(/connection: close/gi)).toHaveLength(1);
  });

  test('is refused a body while too much is in memory, and is answered again once there is room', async () => {
    const load = new Load(10, 100);
    load.add(200);
    const full = setup(undefined, load);
    await full.send(rawRequest('POST /a HTTP/1.1', { body: 'x'.repeat(50) }));
    expect(full.statuses()).toEqual([503]);
    expect(full.wire.sent).toContain('Retry-After: 1\r\n');
    expect([full.seen, full.log]).toEqual([[], ['shed', 'end']]);
    const health = setup(undefined, load);
    await health.send(GET);
    expect(health.statuses()).toEqual([202]);
    full.connection.destroy();
    load.add(-200);
    const free = setup(undefined, load);
    await free.send(POST);
    expect(free.statuses()).toEqual([202]);
  });

  test.each<[end: string, finish: (given: ReturnType<typeof setup>) => unknown]>([
    ['its request is answered', ({ send }) => send('x'.repeat(100))],
    ['its client disconnects', ({ connection }) => connection.destroy()],
    ['it is refused', ({ pass }) => pass(20)],
  ])('gives back what it held in memory when %s', async (_, finish) => {
    const load = new Load(1000);
    const given = setup(undefined, load);
    await given.send(`POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n${'x'.repeat(800)}`);
    expect(load.bytes).toBeGreaterThan(800);
    await finish(given);
    expect(load.bytes).toBe(0);
  });
});
