import { describe, expect, test } from 'bun:test';
import { devRoutes } from '../../../src/http/routes/dev.ts';
import { fakeService } from '../../support/fakes/fake-service.ts';

const dev = devRoutes({
  kafka: { failing: false, fail() {}, recover() {}, read: () => [] },
  defaultTopic: 'messages',
});

const JSON_TYPE = { 'Content-Type': 'application/json' };
const LOOPBACK = '127.0.0.1';

/** Asks as a client with this address does, which named this host. */
const ask = (path: string, init: RequestInit = {}, { address = LOOPBACK, host = 'localhost:8000' } = {}) =>
  dev.request(`http://${host}${path}`, init, { clientAddress: address });

const statusOf = async (...request: Parameters<typeof ask>) => (await ask(...request)).status;

test('with the embedded log, / says where things are, by the address that was asked', async () => {
  const response = await dev.request('http://there:8123/?x=1');
  expect(response.status).toBe(200);
  const text = await response.text();
  for (const path of ['/v1/messages', '/health/ready', '/metrics', '/dev/kafka'])
    expect(text).toContain(`http://there:8123${path}`);
  expect(text).toContain('docs/');
});

test('with the embedded log, / is only read', async () => {
  const response = await dev.request('/', { method: 'POST' });
  expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
});

test('without the embedded log there is nothing on /', async () => {
  const response = await fakeService().request('/');
  expect([response.status, response.headers.get('Content-Type')]).toEqual([404, 'application/problem+json']);
});

describe('/dev/*', () => {
  test.each(['127.0.0.1', '127.8.8.8', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::FFFF:127.0.0.2'])(
    'answers to %s, which is this machine',
    async (address) => {
      expect(await statusOf('/dev/kafka', {}, { address })).toBe(200);
      const fail = { method: 'POST', headers: JSON_TYPE };
      expect(await statusOf('/dev/kafka/fail', fail, { address })).toBe(200);
    },
  );

  test.each([
    '172.17.0.1',
    '10.0.0.1',
    '1.127.0.0',
    'fe80::1',
    '::ffff:10.0.0.1',
    '2001:db8::127.0.0.1',
    'unknown',
  ])('is closed to %s, which is not', async (address) => {
    const response = await ask('/dev/kafka', {}, { address });
    expect([response.status, response.headers.get('Content-Type')]).toEqual([
      403,
      'application/problem+json',
    ]);
    const recover = { method: 'POST', headers: JSON_TYPE };
    expect(await statusOf('/dev/kafka/recover', recover, { address })).toBe(403);
  });

  test('is closed to a connection without an address', async () => {
    expect((await dev.request('http://localhost/dev/kafka')).status).toBe(403);
  });

  test.each([
    'localhost',
    'localhost:8000',
    'LOCALHOST:8000',
    'app.localhost:8000',
    '127.0.0.1:8000',
    '[::1]:8000',
  ])('answers to the host %s', async (host) => {
    const headers = { ...JSON_TYPE, Host: host };
    expect(await statusOf('/dev/kafka', { headers })).toBe(200);
    expect(await statusOf('/dev/kafka/fail', { method: 'POST', headers })).toBe(200);
  });

  // What a foreign page's name that has been pointed at this machine looks like (DNS rebinding).
  test.each([
    'evil.example',
    'evil.example:8000',
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '',
  ])('is closed to the host "%s"', async (host) => {
    const headers = { ...JSON_TYPE, Host: host };
    expect(await statusOf('/dev/kafka', { headers })).toBe(403);
    expect(await statusOf('/dev/kafka/fail', { method: 'POST', headers })).toBe(403);
  });

  test.each([
    'https://evil.example',
    'null',
    'http://localhost:3000',
    'http://127.0.0.1:8000',
    'https://localhost:8000',
    '',
  ])('is closed to a page of "%s"', async (Origin) => {
    expect(await statusOf('/dev/kafka', { headers: { Origin } })).toBe(403);
    const headers = { ...JSON_TYPE, Origin };
    expect(await statusOf('/dev/kafka/fail', { method: 'POST', headers })).toBe(403);
  });

  test('answers to its own page, with TLS as well', async () => {
    const headers = { ...JSON_TYPE, Origin: 'http://localhost:8000' };
    expect(await statusOf('/dev/kafka/recover', { method: 'POST', headers })).toBe(200);
    const overTls = { ...JSON_TYPE, Origin: 'https://localhost:8000' };
    const url = 'https://localhost:8000/dev/kafka/recover';
    const init = { method: 'POST', headers: overTls };
    expect((await dev.request(url, init, { clientAddress: '127.0.0.1' })).status).toBe(200);
  });

  test.each([
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=a',
    'application/jsonp',
  ])('takes a change as JSON, and none as %s, which a foreign page may send unasked', async (type) => {
    const headers = type === undefined ? {} : { 'Content-Type': type };
    const response = await ask('/dev/kafka/fail', { method: 'POST', headers });
    expect(response.status).toBe(415);
    expect(await response.text()).toContain('Content-Type: application/json');
  });

  test.each(['application/json; charset=utf-8', 'Application/JSON'])('takes a change as %s', async (type) => {
    const headers = { 'Content-Type': type };
    expect(await statusOf('/dev/kafka/fail', { method: 'POST', headers })).toBe(200);
  });

  test('says of a wrong method what is allowed, to this machine alone', async () => {
    const response = await ask('/dev/kafka/fail');
    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'POST']);
    expect(await statusOf('/dev/kafka/fail', {}, { address: '10.0.0.1' })).toBe(403);
  });
});
