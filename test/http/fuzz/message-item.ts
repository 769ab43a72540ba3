import { Buffer } from 'node:buffer';
import type { Intent } from './form.ts';
import { bytesOf, type Meaning, NOW, type Value } from './model.ts';
import type { Members, Pen } from './pen.ts';

/** Members that make a message a bad one. */
const MISTAKES: readonly Members[] = [
  { value: undefined },
  { valu: '1' },
  { ['__proto__']: '1' },
  { topic: '"none"' },
  { key: '1' },
  { key: '"\\ud800"' },
  { id: '""' },
  { id: '"."' },
  { id: '"\\n"' },
  { headers: '{"Spillway-Id":"x"}' },
  { headers: '{"__proto__":"x"}' },
  { headers: '{"":"x"}' },
  { headers: '[]' },
  { timestamp: '1.5' },
  { timestamp: '1e3' },
  { timestamp: String(NOW + 3_600_001) },
  { partition: '-1' },
  { partition: '2147483648' },
  { encoding: '"hex"' },
  { encoding: '"text"', value: '1' },
  { encoding: '"text"', value: '"\\ud800"' },
  { encoding: '"base64"', value: '"a"' },
];
/** Texts that are no message at all. */
const NO_MESSAGE = ['7', '[1]', '"{}"', 'null'];

interface Item {
  readonly text: string;
  readonly intent: Intent;
}

/** Members `value` and `encoding`, whose spelling is part of what is sent. */
function valueMembers(value: Value): Members {
  switch (value.kind) {
    case 'json':
      return { value: value.text };
    case 'text':
      return { value: JSON.stringify(value.text), encoding: '"text"' };
    case 'bytes':
      return { value: JSON.stringify(Buffer.from(value.bytes).toString('base64')), encoding: '"base64"' };
    case 'none':
      return { value: 'null', encoding: '"text"' };
  }
}

function membersOf({ id, topic, key, headers, value, partition, timestamp }: Meaning, pen: Pen): Members {
  const isPlain = topic === 'messages' && pen.pick(true, false, false);
  const texts = Object.entries(headers).map(([name, text]) => [name, pen.string(text)]);
  return {
    id: id === undefined ? undefined : pen.string(id),
    topic: isPlain ? undefined : pen.string(topic),
    key: key === null ? pen.pick(undefined, 'null') : pen.string(key),
    headers:
      texts.length === 0 ? pen.pick(undefined, '{}') : pen.object(Object.fromEntries(texts) as Members),
    partition: partition?.toString(),
    timestamp: timestamp?.toString(),
    ...valueMembers(value),
  };
}

/** One message, or a mistake in its place. `notJson`: texts that stand for no JSON here, without harm to others. */
export function itemOf(meaning: Meaning, pen: Pen, notJson: readonly string[]): Item {
  const { mistake, id, topic, key, headers, value, partition, timestamp } = meaning;
  const members = membersOf(meaning, pen);
  if (mistake === undefined) {
    const encodings = { json: 'json', text: 'text', bytes: 'base64', none: 'text' } as const;
    const encoding = encodings[value.kind];
    const bytes = value.kind === 'none' ? null : bytesOf(value);
    const intent = { id, topic, key, headers, value: bytes, partition, timestamp, encoding };
    return { text: pen.object(members), intent };
  }
  const texts = [...notJson, ...NO_MESSAGE];
  const at = mistake % (texts.length + MISTAKES.length);
  const refusal = at < notJson.length ? 400 : 422;
  return {
    text: texts[at] ?? pen.object({ ...members, ...MISTAKES[at - texts.length] }),
    intent: { refusal },
  };
}
