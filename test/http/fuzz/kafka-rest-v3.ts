import { parse, type Report, reported } from './answers.ts';
import { type Form, utf8 } from './form.ts';
import { headersIn, keyIn, valueIn, withMistake } from './kafka-rest.ts';
import type { Meaning } from './model.ts';
import type { Members, Pen } from './pen.ts';

const MISTAKES: readonly Members[] = [
  { valu: '1' },
  { value: '1' },
  { value: '{"type":"AVRO","data":1}' },
  { value: '{"type":"BINARY","data":"?"}' },
  { value: '{"type":"STRING","data":1}' },
  { key: '{"type":"STRING","data":1}' },
  { key: '{"type":"BINARY","data":"/w=="}' },
  { partition_id: '-1' },
  { timestamp: '"now"' },
  { headers: '[{"name":"a"}]' },
];

function recordOf(meaning: Meaning, pen: Pen) {
  const { id, topic, headers, timestamp, partition } = meaning;
  const {
    hand: { choices },
  } = meaning;
  // The spelling of a value is part of what is sent: a repeat has the same.
  const format = (['JSON', 'BINARY', 'STRING'] as const)[(choices[0] ?? 0) % 3] ?? 'JSON';
  const keyFormat = (['STRING', 'JSON', 'BINARY'] as const)[(choices[1] ?? 0) % 3] ?? 'STRING';
  const key = keyIn(keyFormat, meaning.key, pen);
  const { text, ...value } = valueIn(format, meaning.value);
  const data = (type: string, content: string) =>
    pen.object({ type: type === 'BINARY' ? pen.pick(undefined, '"BINARY"') : `"${type}"`, data: content });
  const intent = { id, topic, key: key.key, headers, partition, timestamp, ...value };
  const members = {
    partition_id: partition?.toString(),
    headers: headersIn('name', meaning, pen),
    key: key.key === null ? pen.pick(undefined, 'null', data(keyFormat, 'null')) : data(keyFormat, key.text),
    value: text === 'null' ? pen.pick(undefined, 'null', data(format, 'null')) : data(format, text),
    timestamp: timestamp === undefined ? undefined : `"${new Date(timestamp).toISOString()}"`,
  };
  return withMistake(meaning, members, intent, MISTAKES);
}

const records = (topic: string) => `/v3/clusters/spillway/topics/${topic}/records`;
const HEADERS = { 'Content-Type': 'application/json' };

/** `POST …/records` of records one behind the other. The topic of the first one is that of all. */
export const v3: Form = {
  takes: 'many',
  accepted: { all: 200, some: 200 },
  spoils: ['type', 'utf-8'],
  write(meanings, pen) {
    const [{ topic }] = meanings;
    const all = meanings.map((meaning) => recordOf({ ...meaning, topic }, pen));
    const text = all.map(({ members }) => `${pen.gap()}${pen.object(members)}`).join('');
    return {
      path: records(topic),
      headers: HEADERS,
      body: utf8(`${text}${pen.gap()}`),
      intents: all.map(({ intent }) => intent),
    };
  },
  read: ({ text }) =>
    text
      .trimEnd()
      .split('\r\n')
      .map((report) => reported(parse(report) as Report)),
};

interface Batch {
  readonly successes: readonly (Report & { id: string })[];
  readonly failures: readonly (Report & { id: string })[];
}

/** `POST …/records:batch`. */
export const v3Batch: Form = {
  takes: 'many',
  accepted: { all: 207, some: 207 },
  spoils: ['cut', 'type', 'utf-8'],
  write(meanings, pen) {
    const [{ topic }] = meanings;
    const all = meanings.map((meaning) => recordOf({ ...meaning, topic }, pen));
    const texts = all.map(({ members }, index) => pen.object({ id: `"e-${index}"`, ...members }));
    return {
      path: `${records(topic)}:batch`,
      headers: HEADERS,
      body: utf8(`${pen.gap()}${pen.object({ entries: pen.array(texts) })}`),
      intents: all.map(({ intent }) => intent),
    };
  },
  read({ text }) {
    const { successes, failures } = parse(text) as Batch;
    const told = [...successes, ...failures];
    return told
      .toSorted((one, other) => Number(one.id.slice(2)) - Number(other.id.slice(2)))
      .map((report, index) => {
        if (report.id !== `e-${index}`) throw new Error(`${report.id} is told in place of e-${index}`);
        return reported(report);
      });
  },
};
