import type { Meaning } from './model.ts';
import type { Pen } from './pen.ts';

interface Attributes extends Readonly<Record<string, string | undefined>> {
  readonly source: string;
  readonly id: string;
  readonly partitionkey: string | undefined;
}

/** Attributes of the event that says `meaning`. Every event has an id, and none has a control character. */
export function attributesOf({ id = '/none -', key, headers }: Meaning): Attributes {
  const space = id.indexOf(' ');
  return {
    specversion: '1.0',
    source: id.slice(0, space),
    id: id.slice(space + 1),
    type: 'fuzz',
    partitionkey: attribute(key),
    subject: attribute(Object.values(headers)[0]),
  };
}

function attribute(text: string | null | undefined): string | undefined {
  // oxlint-disable-next-line no-control-regex -- an attribute has none of them
  return text?.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, '') || undefined;
}

export const idOf = ({ source, id }: Attributes) => `${source} ${id}`;
/** Query that names the topic, where it is not the default one. */
export const queryOf = (topic: string, pen: Pen) =>
  topic === 'messages' && pen.pick(true, false) ? '' : `?topic=${topic}`;

/** Attributes that make an event a bad one. */
export const MISTAKES: readonly Readonly<Record<string, string | undefined>>[] = [
  { type: undefined },
  { id: undefined },
  { source: 'a b' },
  { specversion: '0.3' },
  { 'not-a-name': 'x' },
  { time: 'now' },
  { ['__proto__']: 'x' },
];
export const mistakeOf = ({ mistake }: Meaning) =>
  mistake === undefined ? undefined : MISTAKES[mistake % MISTAKES.length];
