import { afterEach, beforeEach, expect, test } from 'bun:test';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '../process/free-port.ts';
import { Proxy } from './tcp-proxy.ts';

let proxy: Proxy;
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  const echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => socket.write(chunk));
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  if (typeof address !== 'object' || !address) throw new Error('No port');
  proxy = await Proxy.start({ target: address.port, port: await freePort() });
  closers.push(
    () => echo.close(),
    () => proxy.close(),
  );
});

afterEach(() => {
  for (const close of closers.splice(0).toReversed()) close();
});

/** A client that keeps what it hears. */
async function client(): Promise<{ socket: Socket; heard: () => string; end: Promise<unknown> }> {
  const socket = connect(proxy.port, '127.0.0.1');
  closers.push(() => socket.destroy());
  let heard = '';
  socket.on('data', (chunk) => {
    heard += String(chunk);
  });
  const end = new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    socket.on('close', () => resolve('closed'));
  });
  await Promise.race([once(socket, 'connect'), end]);
  return { socket, heard: () => heard, end };
}

async function echoes(socket: Socket, text: string): Promise<string> {
  const answer = once(socket, 'data');
  socket.write(text);
  return String((await answer)[0]);
}

test('passes bytes both ways', async () => {
  const { socket } = await client();
  expect(await echoes(socket, 'hello')).toBe('hello');
});

test('cuts connections with a RST, and serves new ones', async () => {
  const { socket, end } = await client();
  await echoes(socket, 'hello');
  proxy.cut();
  expect(await end).toBe('ECONNRESET');
  expect(await echoes((await client()).socket, 'again')).toBe('again');
});

test('swallows what is sent; afterwards new connections pass, and old ones stay silent', async () => {
  const old = await client();
  await echoes(old.socket, 'before');
  proxy.blackhole();
  old.socket.write('lost');
  const young = await client();
  young.socket.write('lost too');
  await Bun.sleep(30);
  proxy.pass();
  expect(await echoes((await client()).socket, 'through')).toBe('through');
  for (const { socket } of [old, young]) socket.write('still nothing');
  await Bun.sleep(30);
  expect([old.heard(), young.heard()]).toEqual(['before', '']);
});

test('delays, and keeps the order', async () => {
  const { socket, heard } = await client();
  proxy.delay(40);
  const begin = performance.now();
  expect(await echoes(socket, 'late')).toBe('late');
  expect(performance.now() - begin).toBeGreaterThanOrEqual(75);
  for (const text of ['a', 'b', 'c']) socket.write(text);
  proxy.pass();
  socket.write('d');
  await Bun.sleep(60);
  expect(heard()).toBe('lateabcd');
});

test('truncates the next answer, and resets', async () => {
  const { socket, heard, end } = await client();
  await echoes(socket, 'whole.');
  proxy.truncateNext(4);
  socket.write('half an answer');
  expect(await end).toBe('ECONNRESET');
  expect(heard()).toBe('whole.half');
});

test('refuses, and comes back on the same port', async () => {
  const { port } = proxy;
  const { end } = await client();
  proxy.refuse();
  expect(await end).toBe('ECONNRESET');
  expect(await (await client()).end).toBe('ECONNREFUSED');
  await proxy.listen();
  expect(proxy.port).toBe(port);
  expect(await echoes((await client()).socket, 'back')).toBe('back');
});
