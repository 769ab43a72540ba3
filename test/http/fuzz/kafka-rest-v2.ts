import { parse, type Report, reported } from './answers.ts';
import { type Form, utf8 } from './form.ts';
import { type Format, headersIn, keyIn, valueIn, withMistake } from './kafka-rest.ts';
import type { Meaning } from './model.ts';
import type { Members, Pen } from './pen.ts';

const MISTAKES: readonly Members[] = [
  { valu: '1' },
  { partition: '-1' },
  { partition: '"1"' },
  { timestamp: '1.5' },
  { headers: '{}' },
  { headers: '[{"key":"a"}]' },
  { headers: '[{"key":"a","value":"YQ=="},{"key":"a","value":"YQ=="}]' },
  { headers: '[{"key":"spillway-id","value":""}]' },
  { headers: '[{"key":"","value":""}]' },
];
const OF_BINARY: readonly Members[] = [...MISTAKES, { key: '"/w=="' }, { value: '1' }, { value: '"a"' }];

/** `partition`: the one in the path, which the records can't name then. */
function recordOf(meaning: Meaning, format: Format, partition: number | undefined, pen: Pen) {
  const { id, topic, headers, timestamp } = meaning;
  const own = partition === undefined ? meaning.partition : undefined;
  const key = keyIn(format, meaning.key, pen);
  const { text, ...value } = valueIn(format, meaning.value);
  const intent = { id, topic, key: key.key, headers, partition: partition ?? own, timestamp, ...value };
  const members = {
    key: key.key === null ? pen.pick(undefined, 'null') : key.text,
    value: text === 'null' ? pen.pick(undefined, 'null') : text,
    headers: headersIn('key', meaning, pen),
    partition: own?.toString() ?? pen.pick(undefined, 'null'),
    timestamp: timestamp?.toString(),
  };
  return withMistake(meaning, members, intent, format === 'JSON' ? MISTAKES : OF_BINARY);
}

/** `POST /topics/{topic}` and `/topics/{topic}/partitions/{n}`. The topic of the first one is that of all. */
function v2(format: Exclude<Format, 'STRING'>): Form {
  return {
    takes: 'many',
    accepted: { all: 200, some: 200 },
    spoils: ['cut', 'utf-8', 'type'],
    write(meanings, pen) {
      const [{ topic }] = meanings;
      const partition = pen.pick(undefined, undefined, 0, 5);
      const records = meanings.map((meaning) => recordOf({ ...meaning, topic }, format, partition, pen));
      const texts = records.map(({ members }) => pen.object(members));
      return {
        path: `/topics/${topic}${partition === undefined ? '' : `/partitions/${partition}`}`,
        headers: { 'Content-Type': `application/vnd.kafka.${format.toLowerCase()}.v2+json` },
        body: utf8(`${pen.gap()}${pen.object({ records: pen.array(texts) })}`),
        intents: records.map(({ intent }) => intent),
      };
    },
    // A request of which nothing was accepted has one error for all.
    read: ({ status, text }, count) =>
      status === 200
        ? (parse(text) as { offsets: Report[] }).offsets.map(reported)
        : Array.from({ length: count }, () => ({ kind: 'refused', status: undefined })),
  };
}

export const v2Json = v2('JSON');
export const v2Binary = v2('BINARY');
