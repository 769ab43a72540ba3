import { describe, expect, test } from 'bun:test';
import { BodyError } from '../../../src/http/body-error.ts';
import { Connection } from '../../../src/entry/http1/connection.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { rawRequest } from '../../support/http/raw.ts';

const GET = rawRequest('GET /b HTTP/1.1');
const CHUNKED = rawRequest('POST /a HTTP/1.1', { fields: 'Transfer-Encoding: chunked\r\n' });
const SIZED = rawRequest('POST /a HTTP/1.1', { fields: 'Content-Length: 1000000\r\n' });
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const END = '0\r\n\r\n';
const PART = 65_536;

type Read = { readonly text: string } | { readonly error: string } | 'end';

/** A connection whose app wants each POST as a stream. The test reads the body for it, and answers. */
function setup() {
  const clock = new FakeClock();
  const log: string[] = [];
  const wire = { sent: '', isPaused: false };
  const requests: Request[] = [];
  const answer = Promise.withResolvers<Response>();
  const connection = new Connection(
    {
      write: (bytes) => (wire.sent += Buffer.from(bytes).toString('latin1')) !== '',
      end: () => void log.push('end'),
      destroy: () => void log.push('destroy'),
      pause: () => void (wire.isPaused = true),
      resume: () => void (wire.isPaused = false),
    },
    {
      clock,
      keepAliveMs: 75_000,
      maxBodyBytes: 1_000_000,
      later: setImmediate,
      direct: () => undefined,
      wantsStream: ({ method }) => method === 'POST',
      answer(request) {
        requests.push(request);
        return request.method === 'POST' ? answer.promise : new Response('b');
      },
    },
  );
  const send = async (text: string) => {
    connection.receive(Buffer.from(text, 'latin1'));
    await clock.advance(0);
  };
  const readerOf = (request = requests[0]) => {
    if (!request?.body) throw new Error('There is no request with a body');
    return request.body.getReader();
  };
  let reader: ReturnType<typeof readerOf> | undefined;
  const body = () => (reader ??= readerOf());
  const read = (): Promise<Read> =>
    body()
      .read()
      .then(
        ({ value }) => (value ? { text: Buffer.from(value).toString('latin1') } : 'end'),
        (error: unknown) => ({ error: error instanceof BodyError ? error.code : 'another' }),
      );
  const reply = async (response: Response) => {
    answer.resolve(response);
    for (let turn = 0; turn < 5; turn++) await clock.advance(0);
  };
  const pass = async (seconds: number, each: () => void = () => {}) => {
    for (let second = 0; second < seconds; second++) {
      each();
      await clock.advance(1000);
      connection.sweep();
    }
    await clock.advance(0);
  };
  const statuses = () => [...wire.sent.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  return { connection, log, wire, requests, send, body, read, reply, pass, statuses };
}

describe('a streamed body', () => {
  test('is read while it arrives, and the next request after its answer', async () => {
    const { send, read, reply, statuses, requests, wire } = setup();
    await send(CHUNKED);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers.has('Transfer-Encoding')).toBe(false);
    await send(chunk('one'));
    expect(await read()).toEqual({ text: 'one' });
    await send(`${chunk('two')}${END}${GET}`);
    expect([await read(), await read()]).toEqual([{ text: 'two' }, 'end']);
    expect(statuses()).toEqual([]);
    await reply(new Response('', { status: 202 }));
    expect(statuses()).toEqual([202, 200]);
    expect(wire.sent).not.toContain('Connection: close');
  });

  test('that is short and of a stated length is read whole', async () => {
    const { send, requests } = setup();
    await send(rawRequest('POST /a HTTP/1.1', { fields: 'Content-Length: 5\r\n' }));
    expect(requests).toHaveLength(0);
    await send('12345');
    expect(await requests[0]?.text()).toBe('12345');
  });

  test('whose app does not keep up makes the client wait, for as long as it takes', async () => {
    const { send, read, wire, pass, log } = setup();
    await send(SIZED);
    for (let part = 0; part < 3; part++) await send('x'.repeat(PART));
    expect(wire.isPaused).toBe(false);
    await send('x'.repeat(PART));
    expect(wire.isPaused).toBe(true);
    await pass(60);
    expect(log).toEqual([]);
    expect(await read()).toEqual({ text: 'x'.repeat(PART) });
    await pass(1);
    expect(wire.isPaused).toBe(false);
  });

  test('has what came behind the pause, in order', async () => {
    const { send, read } = setup();
    await send(CHUNKED);
    await send(chunk('x'.repeat(4 * PART)));
    await send(chunk('late'));
    await send(END);
    expect(await read()).toEqual({ text: 'x'.repeat(4 * PART) });
    expect([await read(), await read()]).toEqual([{ text: 'late' }, 'end']);
  });

  test('has a client continue that waits for that', async () => {
    const { send, reply, statuses } = setup();
    await send(CHUNKED.replace('Host', 'Expect: 100-continue\r\nHost'));
    expect(statuses()).toEqual([100]);
    await send(END);
    await reply(new Response('', { status: 202 }));
    expect(statuses()).toEqual([100, 202]);
  });

  test('that is answered early ends the connection, and what still comes of it is dropped', async () => {
    const { send, reply, statuses, log, wire, requests, pass } = setup();
    await send(SIZED);
    for (let part = 0; part < 4; part++) await send('x'.repeat(PART));
    expect(wire.isPaused).toBe(true);
    await reply(new Response('', { status: 401 }));
    expect(wire.sent).toMatch(/401[^]*Connection: close/);
    expect([wire.isPaused, log]).toEqual([false, ['end']]);
    await send(`${'x'.repeat(1_000_000 - 4 * PART)}${GET}`);
    expect([statuses(), requests.length]).toEqual([[401], 1]);
    await pass(3);
    expect(log).toEqual(['end', 'destroy']);
  });

  test('that the app cancels is no longer waited for', async () => {
    const { send, body, reply, pass, statuses } = setup();
    await send(SIZED);
    await body().cancel();
    await pass(60);
    await send('x'.repeat(PART));
    await reply(new Response('', { status: 413 }));
    expect(statuses()).toEqual([413]);
  });

  test('whose client disconnects fails, and leaves nothing behind', async () => {
    const { connection, send, read, reply, statuses, log } = setup();
    await send(`${SIZED}abc`);
    expect(await read()).toEqual({ text: 'abc' });
    const next = read();
    connection.destroy();
    expect(await next).toEqual({ error: 'cut-off' });
    await reply(new Response());
    expect([statuses(), log]).toEqual([[], ['destroy']]);
  });

  test('whose client sends no more fails, and is answered', async () => {
    const { connection, send, read, reply, statuses, log } = setup();
    await send(CHUNKED + chunk('abc'));
    expect(await read()).toEqual({ text: 'abc' });
    connection.ended();
    expect(await read()).toEqual({ error: 'cut-off' });
    await reply(new Response('', { status: 400 }));
    expect([statuses(), log]).toEqual([[400], ['end']]);
  });

  test('with chunks that are malformed fails, and nothing behind them is a request', async () => {
    const { send, read, reply, statuses, requests } = setup();
    await send(CHUNKED);
    await send(`z\r\n${GET}`);
    expect(await read()).toEqual({ error: 'malformed' });
    await reply(new Response('', { status: 400 }));
    await send(GET);
    expect([statuses(), requests.length]).toEqual([[400], 1]);
  });

  test.each([
    ['under 1 kB/s', 999, { error: 'too-slow' }],
    ['of 1 kB/s', 1000, { text: 'x'.repeat(1000) }],
  ])('that comes at a rate %s is judged in windows of 10 s', async (_, bytes, expected) => {
    const { connection, send, body, read, pass } = setup();
    await send(SIZED);
    await pass(45, () => {
      connection.receive(Buffer.alloc(bytes, 'x'));
      void body()
        .read()
        .catch(() => {});
    });
    connection.receive(Buffer.alloc(bytes, 'x'));
    expect(await read()).toEqual(expected);
  });
});
