import { Buffer } from 'node:buffer';
import { readBatch, readOne } from './answers.ts';
import { type Form, type Intent, OF_MANY, OF_ONE, utf8 } from './form.ts';
import { attributesOf, idOf, mistakeOf, MISTAKES, queryOf } from './event-attributes.ts';
import { bytesOf, type Meaning, type Value } from './model.ts';
import { type Members, Pen } from './pen.ts';

/** `POST /v1/events` in binary mode. */
export const binaryEvent: Form = {
  ...OF_ONE,
  spoils: [],
  write([meaning], pen) {
    const { topic, value } = meaning;
    const attributes = attributesOf(meaning);
    const said = Object.entries(attributes).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const type = pen.pick(undefined, 'application/json', 'image/png');
    const contentType: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const wrong = mistakeOf(meaning);
    const sent = Object.entries({ ...attributes, ...wrong }).flatMap(([name, text]) =>
      text === undefined ? [] : [[`ce-${name}`, pen.pick(percent, quoted)(text)]],
    );
    const intent: Intent = {
      id: idOf(attributes),
      topic,
      key: attributes.partitionkey ?? null,
      headers: { ...contentType, ...Object.fromEntries(said.map(([name, text]) => [`ce_${name}`, text])) },
      value: bytesOf(value),
      partition: undefined,
      timestamp: undefined,
      encoding: 'base64',
    };
    return {
      path: `/v1/events${queryOf(topic, pen)}`,
      headers: { ...contentType, ...(Object.fromEntries(sent) as Record<string, string>) },
      body: bytesOf(value),
      intents: [wrong ? { refusal: 422 } : intent],
    };
  },
  read: (answered) => [readOne(answered)],
};

/** A header value of the HTTP binding (section 3.1.3.2). */
const percent = (text: string) => text.replaceAll(/[^!#-$&-~]/gu, encodeURIComponent);
const quoted = (text: string) => `"${percent(text).replaceAll('\\', '\\\\')}"`;

function dataOf(value: Value): Members {
  switch (value.kind) {
    case 'json':
      return { data: value.text };
    case 'text':
      return { data: JSON.stringify(value.text), datacontenttype: '"text/plain"' };
    case 'bytes':
      return { data_base64: JSON.stringify(Buffer.from(value.bytes).toString('base64')) };
    case 'none':
      return {};
  }
}

const NO_EVENT = ['7', '[]', 'null'];
const NOT_JSON = ['{', '{"specversion":}'];

/** An event in the JSON format. Its text is the value of the record, so each client has its own hand for it. */
function eventOf(meaning: Meaning, notJson: readonly string[]): { text: string; intent: Intent } {
  const { topic, value, mistake, hand } = meaning;
  const attributes = attributesOf(meaning);
  const said = { ...attributes, ...mistakeOf(meaning) };
  const texts = Object.entries(said).map(([name, text]) => [name, text && JSON.stringify(text)]);
  const text = new Pen(hand).object({ ...(Object.fromEntries(texts) as Members), ...dataOf(value) });
  if (mistake !== undefined) {
    const odd = [...notJson, ...NO_EVENT][mistake % (MISTAKES.length + notJson.length + NO_EVENT.length)];
    return { text: odd ?? text, intent: { refusal: odd === undefined ? 422 : 400 } };
  }
  const intent: Intent = {
    id: idOf(attributes),
    topic,
    key: attributes.partitionkey ?? null,
    headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
    value: Buffer.from(text),
    partition: undefined,
    timestamp: undefined,
    encoding: 'json',
  };
  return { text, intent };
}

/** `POST /v1/events` in structured mode. */
export const structuredEvent: Form = {
  ...OF_ONE,
  write([meaning], pen) {
    const { text, intent } = eventOf(meaning, NOT_JSON);
    return {
      path: `/v1/events${queryOf(meaning.topic, pen)}`,
      headers: { 'Content-Type': 'application/cloudevents+json' },
      body: utf8(`${pen.gap()}${text}${pen.gap()}`),
      intents: [intent],
    };
  },
  read: (answered) => [readOne(answered)],
};

/** `POST /v1/events` in batched mode. The first one's topic is that of all. */
export const batchedEvents: Form = {
  ...OF_MANY,
  spoils: ['cut', ...OF_MANY.spoils],
  write(meanings, pen) {
    const [{ topic }] = meanings;
    const events = meanings.map((meaning) => eventOf({ ...meaning, topic }, []));
    return {
      path: `/v1/events${queryOf(topic, pen)}`,
      headers: { 'Content-Type': 'application/cloudevents-batch+json; charset=utf-8' },
      body: utf8(`${pen.gap()}${pen.array(events.map(({ text }) => text))}`),
      intents: events.map(({ intent }) => intent),
    };
  },
  read: readBatch,
};
