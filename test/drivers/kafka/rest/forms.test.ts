import { describe, expect, test } from 'bun:test';
import type { Message } from '../../../../src/message/message.ts';
import type { RestSettings } from '../../../../src/drivers/kafka/rest/publisher.ts';
import type { DialectName } from '../../../../src/drivers/kafka/rest/dialects.ts';
import { aMessage } from '../../../support/fakes/messages.ts';
import { CLUSTER_ID } from '../../../support/kafka/rest-proxy/confluent-v3.ts';
import { ScriptedFetch } from '../../../support/kafka/rest-proxy/scripted-fetch.ts';
import { openRest } from '../../../support/kafka/open-rest.ts';

const URL = 'https://proxy.example/kafka/';
const CLUSTERS = JSON.stringify({ data: [{ cluster_id: CLUSTER_ID }] });

/** What is sent for the messages. */
async function sent(dialect: DialectName, messages: readonly Message[], over: Partial<RestSettings> = {}) {
  const proxy = new ScriptedFetch(({ url }) => new Response(url.endsWith('/v3/clusters') ? CLUSTERS : '{}'));
  await openRest({ url: URL }, { dialect, fetch: proxy.fetch, ...over }).publish(messages);
  return proxy.seen;
}

const records = (body: string) => (JSON.parse(body) as { records: unknown[] }).records;

const FULL = aMessage({
  topic: 'a.b',
  id: 'i',
  key: 'ü',
  value: '1.10',
  headers: { h: 'ä' },
  timestamp: 1000,
});
const PLAIN = aMessage({ topic: 'a.b', id: 'i', key: 'k', value: '"😀"' });
const V2 = {
  method: 'POST',
  url: 'https://proxy.example/kafka/topics/a.b',
  headers: {
    Accept: 'application/vnd.kafka.v2+json',
    'Content-Type': 'application/vnd.kafka.binary.v2+json',
  },
  redirect: 'manual',
};

describe('a request', () => {
  test('to strimzi has headers and time', async () => {
    const [call] = await sent('strimzi', [FULL]);
    expect(call).toMatchObject(V2);
    expect(records(call!.body)).toEqual([
      {
        key: 'w7w=',
        value: 'MS4xMA==',
        timestamp: 1000,
        headers: [
          { key: 'h', value: 'w6Q=' },
          { key: 'spillway-id', value: 'aQ==' },
        ],
      },
    ]);
  });

  test.each(['confluent-v2', 'redpanda'] as const)('to %s has nothing but key and value', async (dialect) => {
    const [call] = await sent(dialect, [PLAIN]);
    expect(call).toMatchObject(V2);
    expect(records(call!.body)).toEqual([{ key: 'aw==', value: 'IvCfmIAi' }]);
  });

  test('to confluent-v3 goes to the cluster that the proxy names, one object behind the other', async () => {
    const [clusters, call] = await sent('confluent-v3', [FULL, PLAIN]);
    expect(clusters).toMatchObject({ method: 'GET', url: 'https://proxy.example/kafka/v3/clusters' });
    expect(call).toMatchObject({
      method: 'POST',
      url: `https://proxy.example/kafka/v3/clusters/${CLUSTER_ID}/topics/a.b/records`,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      redirect: 'manual',
    });
    const [first, second, ...others] = call!.body.split('\n').map((line) => JSON.parse(line) as object);
    expect(others).toEqual([]);
    expect(first).toEqual({
      headers: [
        { name: 'h', value: 'w6Q=' },
        { name: 'spillway-id', value: 'aQ==' },
      ],
      key: { type: 'BINARY', data: 'w7w=' },
      value: { type: 'BINARY', data: 'MS4xMA==' },
      timestamp: '1970-01-01T00:00:01.000Z',
    });
    expect(second).toMatchObject({ value: { data: 'IvCfmIAi' } });
  });

  test('to confluent-v3 goes to the cluster that is set, without asking', async () => {
    const [call, ...others] = await sent('confluent-v3', [PLAIN], { clusterId: 'mine' });
    expect(call?.url).toBe('https://proxy.example/kafka/v3/clusters/mine/topics/a.b/records');
    expect(others).toEqual([]);
  });

  test('leaves out what is not there: some proxies take no null, and an empty key is a key', async () => {
    const none = aMessage({ topic: 'a', key: null });
    const empty = aMessage({ topic: 'a', key: '' });
    for (const dialect of ['strimzi', 'confluent-v2'] as const) {
      const [call] = await sent(dialect, [none, empty]);
      const [first, second] = records(call!.body);
      expect(first).not.toHaveProperty('key');
      expect(second).toHaveProperty('key', '');
      expect(call!.body).not.toContain('null');
    }
    const [, call] = await sent('confluent-v3', [none, empty]);
    const [first, second] = call!.body.split('\n').map((line) => JSON.parse(line) as object);
    expect(first).not.toHaveProperty('key');
    expect(second).toHaveProperty('key', { type: 'BINARY', data: '' });
  });

  test.each([
    [{ kind: 'none' }, undefined],
    [{ kind: 'basic', username: 'ana', password: 'pä:ss' }, 'Basic YW5hOnDDpDpzcw=='],
    [{ kind: 'bearer', token: 'abc' }, 'Bearer abc'],
  ] as const)('says who we are by %j', async (auth, expected) => {
    const calls = await sent('confluent-v3', [PLAIN], { auth });
    for (const { headers } of calls) expect(headers['Authorization']).toBe(expected);
    expect(calls).toHaveLength(2);
  });

  test('a value of any size and any characters is encoded as UTF-8', async () => {
    const value = `"${'ü😀'.repeat(40_000)}"`;
    const [call] = await sent('strimzi', [aMessage({ value })]);
    const [record] = records(call!.body) as { value: string }[];
    expect(Buffer.from(record!.value, 'base64').toString()).toBe(value);
  });
});
