import { Buffer } from 'node:buffer';
import type { Intent } from './form.ts';
import { bytesOf, type Meaning, type Meant, type Value } from './model.ts';
import type { Members, Pen } from './pen.ts';

/** How keys and values are written. */
export type Format = 'JSON' | 'BINARY' | 'STRING';

const base64 = (bytes: string | Uint8Array) => JSON.stringify(Buffer.from(bytes).toString('base64'));

/** JSON text of a value in a format, and the record's value. JSON has no other way to say bytes than a string. */
export function valueIn(format: Format, value: Value): { text: string } & Pick<Meant, 'value' | 'encoding'> {
  if (value.kind === 'none') return { text: 'null', value: null, encoding: 'text' };
  const bytes = bytesOf(value);
  switch (format) {
    case 'JSON': {
      const text = value.kind === 'json' && value.text !== 'null' ? value.text : base64(bytes);
      return { text, value: Buffer.from(text), encoding: 'json' };
    }
    case 'BINARY':
      return { text: base64(bytes), value: bytes, encoding: 'base64' };
    case 'STRING': {
      const text = value.kind === 'bytes' ? bytes.toString('base64') : bytes.toString();
      return { text: JSON.stringify(text), value: Buffer.from(text), encoding: 'text' };
    }
  }
}

/** JSON text of a key in a format, and the record's key: JSON keeps its quotes. */
export function keyIn(format: Format, key: string | null, pen: Pen): { text: string; key: string | null } {
  if (key === null) return { text: 'null', key };
  switch (format) {
    case 'JSON':
      return { text: pen.string(key), key: JSON.stringify(key) };
    case 'BINARY':
      return { text: base64(key), key };
    case 'STRING':
      return { text: pen.string(key), key };
  }
}

/** Headers and id of a record. `nameOf`: what the API calls the name of a header. */
export function headersIn(nameOf: 'key' | 'name', { id, headers }: Meaning, pen: Pen): string | undefined {
  const all = [...Object.entries(headers), ...(id === undefined ? [] : [['spillway-id', id] as const])];
  if (all.length === 0) return pen.pick(undefined, '[]', 'null');
  return pen.array(
    all.map(([name, value]) => pen.object({ [nameOf]: pen.string(name), value: base64(value) })),
  );
}

/** Replaces a good record by a bad one, where its client makes a mistake. */
export function withMistake(
  { mistake }: Meaning,
  members: Members,
  intent: Intent,
  mistakes: readonly Members[],
): { readonly members: Members; readonly intent: Intent } {
  if (mistake === undefined) return { members, intent };
  return { members: { ...members, ...mistakes[mistake % mistakes.length] }, intent: { refusal: 422 } };
}
