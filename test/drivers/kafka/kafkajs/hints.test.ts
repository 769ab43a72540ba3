import { expect, test } from 'bun:test';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { classify } from '../../../../src/drivers/kafka/errors.ts';
import { explainOpening } from '../../../../src/drivers/kafka/kafkajs/hints.ts';

const SASL = { mechanism: 'plain', username: 'u', password: 'p' } as const;

async function reason(error: Error, security: Parameters<typeof explainOpening>[2], hasWorked = false) {
  const { result } = await explainOpening(classify(error, 'opening'), error, security, hasWorked);
  return result.reason;
}

test.each([
  ['connect ECONNREFUSED 127.0.0.1:1', { ssl: false }],
  // With a login Kafka says what is wrong with it.
  ['Closed connection', { ssl: false, sasl: SASL }],
  ['The answer is not in the protocol of Kafka', { ssl: true }],
  ['Client network socket disconnected before secure TLS connection was established', { ssl: false }],
])('%s is told as it is where no setting explains it', async (text, security) => {
  expect(await reason(new Error(text), security)).toBe(text);
});

test('a connection that was closed is explained with its address', async () => {
  const error = Object.assign(new Error('Closed connection'), { broker: '127.0.0.1:1' });
  expect(await reason(error, { ssl: false })).toMatch(/set KAFKA_SASL_MECHANISM.*\(127\.0\.0\.1:1\)/);
});

test('a broker that is silent is no Redis, and one that has worked before is not asked', async () => {
  let asked = 0;
  const server = createServer((socket) => void socket.on('data', () => asked++)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const text = 'Request ApiVersions(key: 18, version: 2) timed out';
  const error = Object.assign(new Error(text), { broker: `127.0.0.1:${port}` });
  const told = `${text} (127.0.0.1:${port})`;
  expect(await reason(error, { ssl: false }, true)).toBe(told);
  expect(asked).toBe(0);
  expect(await reason(error, { ssl: false })).toBe(told);
  expect(asked).toBe(1);
  server.close();
});

test('an address at which nobody listens any longer has no answer either', async () => {
  const error = Object.assign(new Error('Connection timeout'), { broker: '127.0.0.1:1' });
  expect(await reason(error, { ssl: false })).toBe('Connection timeout (127.0.0.1:1)');
});
