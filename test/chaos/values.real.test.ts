import { expect, test } from 'bun:test';
import { until } from '../support/process/wait.ts';
import { describeChaos, TEST_MS } from './stage.ts';

const base64Of = (text: string) => Buffer.from(text).toString('base64');
const BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('base64');

/** Bodies of messages, and the bytes of their records. */
const VALUES: readonly (readonly [body: string, base64: string | null])[] = [
  [
    '{"id":"json","value":{"n": 123456789012345678901234567890, "x": 1.10}}',
    base64Of('{"n": 123456789012345678901234567890, "x": 1.10}'),
  ],
  ['{"id":"text","value":"a \\"b\\" \\u00fc\\n","encoding":"text"}', base64Of('a "b" ü\n')],
  [`{"id":"bytes","value":"${BYTES}","encoding":"base64"}`, BYTES],
  ['{"id":"empty","value":"","encoding":"base64"}', ''],
  ['{"id":"tombstone","key":"k","value":null,"encoding":"text"}', null],
  ['{"id":"null","value":null}', base64Of('null')],
];

/** One by one, in a batch, a raw one, and an event in binary and structured mode. */
const all = (status: string) => Array.from({ length: 2 * VALUES.length + 3 }, () => status);

const eventOf = (id: string) => `{"specversion":"1.0","type":"t","source":"/s","id":"${id}","data":1.10}`;

describeChaos('values of every kind,', ['kafka', 'redis'], (stage) => {
  test(
    'by every route, published, or parked and drained after an outage, are in the topic byte for byte',
    async () => {
      const topic = await stage.newTopic();
      const service = await stage.start({
        KAFKA_TOPIC: topic,
        PUBLISH_TIMEOUT_MS: '1000',
        KAFKA_BREAKER_RESET_TIMEOUT: '0.5',
        KAFKA_BREAKER_TIMEOUT_DURATION: '0.5',
      });
      const send = async (
        path: string,
        type: string,
        body: string | Uint8Array<ArrayBuffer>,
        headers: Readonly<Record<string, string>> = {},
      ) => {
        const init = { method: 'POST', headers: { 'Content-Type': type, ...headers }, body };
        const response = await fetch(`${service.url}${path}`, init);
        return (await response.json()) as { status?: unknown; items?: readonly { status: unknown }[] };
      };
      const post = async (prefix: string) => {
        const withPrefix = (body: string) => body.replace('"id":"', `"id":"${prefix}`);
        const answers: unknown[] = [];
        for (const [body] of VALUES) {
          const answer = await send('/v1/messages', 'application/json', withPrefix(body));
          answers.push(answer.status);
        }
        const lines = VALUES.map(([body]) => withPrefix(body.replace('"id":"', '"id":"batch-')));
        const batch = await send('/v1/messages/batch', 'application/x-ndjson', lines.join('\n'));
        const raw = await send(
          `/v1/topics/${topic}/raw?id=${prefix}raw`,
          'image/png',
          Buffer.from(BYTES, 'base64'),
        );
        const attributes = { 'ce-specversion': '1.0', 'ce-type': 't', 'ce-source': '/e', 'ce-id': prefix };
        const binary = await send('/v1/events', 'image/png', Buffer.from(BYTES, 'base64'), attributes);
        const structured = await send('/v1/events', 'application/cloudevents+json', eventOf(prefix));
        const items = (batch.items ?? []).map(({ status }) => status);
        return [...answers, ...items, raw.status, binary.status, structured.status];
      };
      expect(await post('live-')).toEqual(all('published'));
      await stage.kafka.kill();
      expect(await post('parked-')).toEqual(all('queued'));
      await stage.kafka.start();
      await until('the list is drained', () => stage.isDrained(), { timeoutMs: 60_000 });
      const records = await stage.kafka.read(topic);
      const seen = new Map(records.map(({ headers, base64 }) => [headers['spillway-id'], base64]));
      const expected = new Map<string, string | null>();
      for (const prefix of ['live-', 'parked-']) {
        for (const [body, base64] of VALUES) {
          const { id } = JSON.parse(body) as { id: string };
          expected.set(`${prefix}${id}`, base64);
          expected.set(`${prefix}batch-${id}`, base64);
        }
        expected.set(`${prefix}raw`, BYTES);
        expected.set(`/e ${prefix}`, BYTES);
        expected.set(`/s ${prefix}`, base64Of(eventOf(prefix)));
      }
      expect(seen).toEqual(expected);
    },
    TEST_MS,
  );
});
