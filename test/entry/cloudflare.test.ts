import { expect, mock, test } from 'bun:test';

test('settings that have no use in a Worker of many isolates are refused, and named', async () => {
  await mock.module('cloudflare:workers', () => ({ waitUntil() {} }));
  const { default: worker } = await import('../../src/entry/cloudflare.ts');
  const said: unknown[] = [];
  const error = console.error;
  console.error = (text: unknown) => said.push(text);
  const response = await worker
    .fetch(new Request('http://a/'), {
      KAFKA_REST_URL: 'http://127.0.0.1:1',
      KAFKA_REST_DIALECT: 'strimzi',
      UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1',
      UPSTASH_REDIS_REST_TOKEN: 'a',
      ORDERING: 'key',
    })
    .finally(() => (console.error = error));
  expect(response.status).toBe(503);
  expect(said.join()).toMatch(/ORDERING=key has no use here.*--env object/);
});
