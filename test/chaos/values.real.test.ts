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

describeChaos('values of every kind,', ['kafka', 'redis'], (stage) => {
  test(
    'published, or parked and drained after an outage, are in the topic byte for byte',
    async () => {
      const topic = await stage.newTopic();
      const service = await stage.start({
        KAFKA_TOPIC: topic,
        PUBLISH_TIMEOUT_MS: '1000',
        KAFKA_BREAKER_RESET_TIMEOUT: '0.5',
        KAFKA_BREAKER_TIMEOUT_DURATION: '0.5',
      });
      const post = async (prefix: string) => {
        const answers: unknown[] = [];
        for (const [body] of VALUES) {
          const response = await fetch(`${service.url}/v1/messages`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: body.replace('"id":"', `"id":"${prefix}`),
          });
          answers.push(((await response.json()) as { status: unknown }).status);
        }
        return answers;
      };
      expect(await post('live-')).toEqual(VALUES.map(() => 'published'));
      await stage.kafka.kill();
      expect(await post('parked-')).toEqual(VALUES.map(() => 'queued'));
      await stage.kafka.start();
      await until('the list is drained', () => stage.isDrained(), { timeoutMs: 60_000 });
      const records = await stage.kafka.read(topic);
      const seen = new Map(records.map(({ headers, base64 }) => [headers['spillway-id'], base64]));
      for (const prefix of ['live-', 'parked-'])
        for (const [body, base64] of VALUES) {
          const { id } = JSON.parse(body) as { id: string };
          expect([prefix + id, seen.get(prefix + id)]).toEqual([prefix + id, base64]);
        }
    },
    TEST_MS,
  );
});
