import { expect, test } from 'bun:test';
import {
  type Arbitrary,
  assert,
  asyncProperty,
  constantFrom,
  jsonValue,
  oneof,
  record,
  tuple,
} from 'fast-check';
import { createHash } from 'node:crypto';
import { Connection } from '../../src/entry/http1/connection.ts';
import { Load } from '../../src/entry/http1/load.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';
import { KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { fakeService } from '../support/fakes/fake-service.ts';

const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g;

interface Posted {
  readonly line: string;
  readonly fields: string;
  readonly body: string;
  readonly kafka: PublishResult;
  readonly phase: 'serving' | 'leaving' | 'finishing';
  readonly hasKeys: boolean;
}

const digest = createHash('sha256').update('good').digest('hex');
const API_KEYS = `shop:${digest};topics=a;limit=3/9`;

/** What a client receives, with new ids replaced, and what the service wrote. */
async function exchange({ line, fields, body, kafka, phase, hasKeys }: Posted, isDirect: boolean) {
  const service = fakeService({
    RATE_LIMIT_MAX: '5',
    RATE_LIMIT_WINDOW_SECONDS: '60',
    KAFKA_TOPICS: 'a',
    CORS_ORIGINS: 'http://page.example',
    ...(hasKeys ? { API_KEYS } : {}),
  });
  const { app, direct, publisher, store, clock, leave, finish } = service;
  publisher.answer = () => kafka;
  if (phase !== 'serving') leave();
  if (phase === 'finishing') void finish();
  let received = '';
  let answeredDirectly = false;
  const connection = new Connection(
    {
      write: (bytes) => ((received += Buffer.from(bytes).toString()), true),
      end() {},
      destroy() {},
      pause() {},
      resume() {},
    },
    {
      clock,
      keepAliveMs: 1000,
      maxBodyBytes: 500,
      load: new Load(500),
      onShed() {},
      later: setImmediate,
      direct(head, bytes) {
        const answer = isDirect ? direct(head, bytes, '192.0.2.1') : undefined;
        answeredDirectly ||= answer !== undefined;
        return answer;
      },
      answer: (request) => app.fetch(request, { clientAddress: '192.0.2.1' }),
    },
  );
  const head = `${line}\r\nHost: a\r\n${fields}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  connection.receive(Buffer.from(head + body));
  for (let turn = 0; turn < 10; turn++) await clock.advance(0);
  const [top = '', text = ''] = received.replaceAll(UUID, '<id>').split('\r\n\r\n');
  // The order of fields means nothing.
  const seen = { head: top.split('\r\n').toSorted(), text };
  const ids = (texts: unknown) => JSON.stringify(texts).replaceAll(UUID, '<id>');
  const written = ids([publisher.calls, store.contents.waiting, [...store.contents.receipts]]);
  return { answeredDirectly, seen, written };
}

const field = (name: string, ...values: string[]) =>
  constantFrom('', ...values.map((value) => `${name}: ${value}\r\n`));
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const posts: Arbitrary<Posted> = record({
  line: constantFrom(
    ...Array.from({ length: 8 }, () => 'POST /v1/messages HTTP/1.1'),
    'POST /v1/messages HTTP/1.0',
    'POST /v1/messages?x HTTP/1.1',
    'POST /v1/messages/ HTTP/1.1',
    'POST //v1/messages HTTP/1.1',
    'POST http://b/v1/messages HTTP/1.1',
    'PUT /v1/messages HTTP/1.1',
  ),
  fields: tuple(
    field('Content-Type', ...Array.from({ length: 8 }, () => 'application/json'), 'text/plain'),
    field('content-type', 'application/json;charset=latin1', 'application/json; charset=utf8'),
    field('Content-Encoding', '', 'identity', 'br'),
    field('X-Request-Id', 'mine', 'not one!'),
    field('Idempotency-Key', 'a', '"a/b"', '', 'ü'),
    field('Idempotency-Key', 'b'),
    field('traceparent', TRACE, 'ff-0-0-01'),
    field('tracestate', 'a=1', 'ü=2'),
    field('tracestate', 'b=2'),
    field('Connection', 'close', 'keep-alive'),
    field(
      'Authorization',
      'Bearer good',
      'Bearer good',
      'Bearer good',
      'bearer good ',
      'Bearer bad',
      'Basic good',
    ),
    field('X-API-Key', 'good', 'bad', ''),
    constantFrom('', '', '', 'Origin: http://page.example\r\n', 'Origin: http://other.example\r\n'),
  ).map((fields) => fields.join('')),
  body: oneof(
    constantFrom('', '{', '{}', '[]', '{"value":1,"topic":"none"}', `{"value":"${'x'.repeat(600)}"}`),
    record(
      {
        value: jsonValue(),
        id: constantFrom('a/b', 'ü', ''),
        key: constantFrom('k', null, 1),
        topic: constantFrom('a', 'messages'),
        headers: constantFrom({ h: 'v' }, { h: 1 }),
        timestamp: constantFrom(0, 1.5, 9e15),
        encoding: constantFrom('json', 'text', 'base64', 'xml'),
      },
      { requiredKeys: ['value'] },
    ).map((message) => JSON.stringify(message)),
  ),
  kafka: constantFrom<PublishResult[]>(
    PUBLISHED,
    PUBLISHED,
    KAFKA_DOWN,
    { kind: 'rejected', cause: 'too-large', reason: 'Too large' },
    { kind: 'refused', because: 'open', retryInMs: 3000 },
  ),
  hasKeys: constantFrom(false, false, true),
  phase: constantFrom('serving', 'serving', 'serving', 'leaving', 'finishing'),
});

test('a message that goes the direct way is answered and written as by the app, to the letter', async () => {
  let direct = 0;
  await assert(
    asyncProperty(posts, async (posted) => {
      const [byApp, directly] = [await exchange(posted, false), await exchange(posted, true)];
      if (directly.answeredDirectly) direct++;
      expect({ ...directly, answeredDirectly: false }).toEqual(byApp);
    }),
    { numRuns: 400 },
  );
  expect(direct).toBeGreaterThan(10);
}, 60_000);

test.each(['http', 'https'])('a message over %s goes the direct way', async (scheme) => {
  const { direct } = fakeService();
  const fields = [['content-type', 'application/json']] as const;
  const head = { method: 'POST', url: `${scheme}://a/v1/messages`, fields };
  expect((await direct(head, Buffer.from('{"value":1}'), undefined))?.status).toBe(202);
});

test('an error of the service is answered and logged as by the app', async () => {
  const { direct, app, log, publisher } = fakeService();
  publisher.refusalOf = () => {
    throw new Error('broken');
  };
  const fields = [['content-type', 'application/json']] as const;
  const head = { method: 'POST', url: 'http://a/v1/messages', fields };
  const answer = await direct(head, Buffer.from('{"value":1}'), undefined);
  const init = { method: 'POST', body: '{"value":1}', headers: { 'Content-Type': 'application/json' } };
  const response = await app.request('/v1/messages', init);
  expect(answer?.status).toBe(500);
  expect(answer?.body.replaceAll(UUID, '')).toBe((await response.text()).replaceAll(UUID, ''));
  const [first, second] = log.lines.map((line) => JSON.stringify(line).replaceAll(UUID, '').slice(0, 150));
  expect(first).toBe(second ?? 'nothing');
});
