import { readOne } from './answers.ts';
import { type Form, OF_ONE } from './form.ts';
import { bytesOf } from './model.ts';

/** Parameters that make a request a bad one. */
const MISTAKES = ['topic=orders', 'key=a&key=b', 'id=', 'id=..', 'id=%0A'];

/** `POST /v1/topics/{topic}/raw`. It knows keys and ids, and of headers the type of the body. */
export const raw: Form = {
  ...OF_ONE,
  spoils: [],
  write([{ id, topic, key, value, mistake }], pen) {
    const type = pen.pick(undefined, 'application/x-protobuf', 'text/plain; charset="a;b"');
    const idInHeader = id !== undefined && /^[ -~]*$/.test(id) && pen.pick(true, false);
    const parameters = [
      ...(key === null ? [] : [`key=${encodeURIComponent(key)}`]),
      ...(id === undefined || idInHeader ? [] : [`id=${encodeURIComponent(id)}`]),
    ];
    const bytes = bytesOf(value);
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const record = { id, topic, key, headers, value: bytes, partition: undefined, timestamp: undefined };
    const wrong = mistake === undefined ? [] : [MISTAKES[mistake % MISTAKES.length] ?? ''];
    // A mistake stands alone: two ids would be one more.
    const query = (mistake === undefined ? parameters : wrong).join('&');
    return {
      path: `/v1/topics/${topic}/raw${query === '' ? '' : `?${query}`}`,
      headers: { ...headers, ...(idInHeader && mistake === undefined && { 'Idempotency-Key': id }) },
      body: bytes,
      intents: [mistake === undefined ? { ...record, encoding: 'base64' } : { refusal: 422 }],
    };
  },
  read: (answered) => [readOne(answered)],
};
