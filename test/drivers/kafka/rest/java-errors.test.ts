import { expect, test } from 'bun:test';
import { createRequire } from 'node:module';
import { classify } from '../../../../src/drivers/kafka/errors.ts';
import type { PublishResult } from '../../../../src/ports/publisher.ts';
import { aMessage } from '../../../support/fakes/messages.ts';
import texts from '../../../support/kafka/rest-proxy/kafka-errors.json';
import { ScriptedFetch } from '../../../support/kafka/rest-proxy/scripted-fetch.ts';
import { openRest } from '../../../support/kafka/open-rest.ts';

const { createErrorFromCode } = createRequire(import.meta.url)('kafkajs/src/protocol/error.js') as {
  createErrorFromCode: (code: number) => Error;
};

/** A bridge that answers each request with one text for all its records, or acknowledges it. */
function setup(refuse: (values: readonly string[]) => string | undefined) {
  const proxy = new ScriptedFetch(({ body }) => {
    const { records } = JSON.parse(body) as { records: { value: string }[] };
    const values = records.map(({ value }) => atob(value));
    const message = refuse(values);
    const offsets = values.map((value) =>
      message === undefined ? { partition: 0, offset: Number(value) } : { error_code: 500, message },
    );
    return Response.json({ offsets });
  });
  return { proxy, publisher: openRest({ url: 'http://proxy' }, { fetch: proxy.fetch }) };
}

/** Without its words: a reason is each driver's own. */
function verdictOf(result: PublishResult): object {
  if (result.kind === 'rejected') return { kind: result.kind, cause: result.cause };
  if (result.kind !== 'failed') return result;
  return { kind: result.kind, blame: result.blame, maybeWritten: result.maybeWritten };
}

/** The texts are of kafka-clients 4.1.1, by their codes: what a proxy in Java repeats. */
test.each(Object.entries(texts))(
  'Kafka’s error %s is judged as by the driver of KafkaJS: %s',
  async (code, text) => {
    const { publisher } = setup(() => text);
    const [result] = await publisher.publish([aMessage({ value: '1' })]);
    const expected = classify(createErrorFromCode(Number(code)), 'sending').result;
    expect(verdictOf(result!)).toEqual(verdictOf(expected));
  },
);

test.each<[string, object]>([
  [texts[2], { kind: 'failed', blame: 'partition' }],
  [texts[18], { kind: 'rejected' }],
])('what is said of a whole batch spares the neighbours: %s', async (text, verdict) => {
  const { proxy, publisher } = setup((values) => (values.includes('5') ? text : undefined));
  const values = ['0', '1', '2', '3', '4', '5', '6', '7'];
  const results = await publisher.publish(values.map((value) => aMessage({ key: 'k', value })));
  expect(results[5]).toMatchObject(verdict);
  expect(results.toSpliced(5, 1)).toMatchObject(
    values.toSpliced(5, 1).map((offset) => ({ kind: 'published', offset })),
  );
  expect(proxy.seen.length).toBeLessThan(8);
});
