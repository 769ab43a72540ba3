import { type Form, OF_MANY, OF_ONE, utf8 } from './form.ts';
import { readBatch, readOne } from './answers.ts';
import { itemOf } from './message-item.ts';
import type { Meaning } from './model.ts';

/** `POST /v1/messages`. */
export const single: Form = {
  ...OF_ONE,
  write([meaning], pen) {
    const { id = '', mistake } = meaning;
    // A header is ASCII.
    const isInHeader = /^[ -~]+$/.test(id) && mistake === undefined && pen.pick(true, false, false);
    const said = isInHeader ? { ...meaning, id: undefined } : meaning;
    const { text, intent } = itemOf(said, pen, ['{', '{"value":1}x', '']);
    const quoted = `"${id.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
    return {
      path: '/v1/messages',
      headers: {
        'Content-Type': 'application/json',
        ...(isInHeader && { 'Idempotency-Key': pen.pick(id, quoted) }),
      },
      body: utf8(`${pen.gap()}${text}${pen.gap()}`),
      intents: ['refusal' in intent ? intent : { ...intent, id: meaning.id }],
    };
  },
  read: (answered) => [readOne(answered)],
};

const PATH = '/v1/messages/batch';

/** `POST /v1/messages/batch` of one JSON array. */
export const batch: Form = {
  ...OF_MANY,
  spoils: ['cut', ...OF_MANY.spoils],
  write(meanings, pen) {
    const items = meanings.map((meaning) => itemOf(meaning, pen, []));
    return {
      path: PATH,
      headers: { 'Content-Type': pen.pick('application/json', 'application/json; charset=UTF-8') },
      body: utf8(`${pen.gap()}${pen.array(items.map(({ text }) => text))}`),
      intents: items.map(({ intent }) => intent),
    };
  },
  read: readBatch,
};

/** `POST /v1/messages/batch` of a message a line. */
export const lines: Form = {
  ...OF_MANY,
  // Bytes that are no UTF-8 are one bad line.
  spoils: ['type'],
  write(meanings, pen) {
    const items = meanings.map((meaning) =>
      itemOf(oneLine(meaning), pen.oneLine(), ['{', '{"value":1}{}', '}']),
    );
    const ends = items.map(() => pen.pick('\n', '\r\n', '\n\n', ' \n \r\n'));
    return {
      path: PATH,
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: utf8(items.map(({ text }, index) => `${pen.gap()}${text}${ends[index]}`).join('')),
      intents: items.map(({ intent }) => intent),
    };
  },
  read: readBatch,
};

function oneLine(meaning: Meaning): Meaning {
  const { value } = meaning;
  return value.kind === 'json'
    ? { ...meaning, value: { ...value, text: value.text.replaceAll('\n', ' ') } }
    : meaning;
}
