import { type Refusal, refuse } from './refusal.ts';

/** Fields that decide where a request goes, and where it ends. */
export interface Framing {
  readonly hosts: readonly string[];
  readonly codings: readonly string[];
  readonly lengths: readonly string[];
  readonly connection: string;
  readonly expect: string;
}

export interface Fields {
  /** All fields, in order, with their names in lower case. */
  readonly list: [name: string, value: string][];
  readonly framing: Framing;
}

const NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
/** Control characters, apart from a tab and the end of a line. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is to find
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|[^\r]\n/;

/** Parses the field lines of a head, from `start` on. */
export function parseFields(text: string, start: number): Fields | Refusal {
  if (CONTROL.test(text)) return refuse('malformed', 'The head has a control character');
  const list: Fields['list'] = [];
  const hosts: string[] = [];
  const codings: string[] = [];
  const lengths: string[] = [];
  let connection = '';
  let expect = '';
  for (let at = start; at < text.length;) {
    const found = text.indexOf('\r\n', at);
    const end = found < 0 ? text.length : found;
    const colon = text.indexOf(':', at);
    const name = colon < 0 || colon > end ? undefined : nameOf(text.slice(at, colon));
    if (name === undefined)
      return refuse('malformed', 'Send each header on a line of its own, as in name: value');
    const value = trimmed(text, colon + 1, end);
    list.push([name, value]);
    at = end + 2;
    switch (name) {
      case 'host':
        hosts.push(value);
        break;
      case 'transfer-encoding':
        codings.push(value);
        break;
      case 'content-length':
        lengths.push(value);
        break;
      case 'connection':
        connection += `${connection && ','}${value}`;
        break;
      case 'expect':
        expect += `${expect && ','}${value}`;
        break;
      default:
    }
  }
  return { list, framing: { hosts, codings, lengths, connection, expect } };
}

/** Names as clients write them, in lower case: they repeat them. */
const known = new Map<string, string>();
const MOST_KNOWN = 200;

function nameOf(text: string): string | undefined {
  const name = known.get(text);
  if (name !== undefined || !NAME.test(text)) return name;
  if (known.size < MOST_KNOWN) known.set(text, text.toLowerCase());
  return text.toLowerCase();
}

/** Without spaces and tabs at both ends. `trim` would take more than those. */
function trimmed(text: string, start: number, end: number): string {
  let [from, to] = [start, end];
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}
