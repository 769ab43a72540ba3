/**
 * Scanner for the members of a JSON object: name → the text of its value, as written. `text` must be a valid
 * JSON object, checked by `JSON.parse`. Of a duplicate name the last one counts, as with `JSON.parse`.
 */
export function memberTexts(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let at = skipSpace(text, text.indexOf('{') + 1);
  while (text[at] !== '}') {
    const nameEnd = stringEnd(text, at);
    const name = unquoted(text.slice(at, nameEnd));
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = valueEnd(text, start);
    members.set(name, text.slice(start, end));
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return members;
}

/** Scanner for the elements of a JSON array: their texts, as written. `text` must be a valid JSON array. */
export function elementTexts(text: string): string[] {
  const elements: string[] = [];
  let at = skipSpace(text, text.indexOf('[') + 1);
  while (text[at] !== ']') {
    const end = valueEnd(text, at);
    elements.push(text.slice(at, end));
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return elements;
}

function unquoted(literal: string): string {
  return literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

/** The index after the closing quote of a string. `from` is at the opening one. */
function stringEnd(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    at = text.indexOf('"', at);
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes++;
    at++;
    if (backslashes % 2 === 0) return at;
  }
}

function valueEnd(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return stringEnd(text, from);
  if (first !== '{' && first !== '[') {
    const scalar = /[^\s,}\]]*/y;
    scalar.lastIndex = from;
    scalar.test(text);
    return scalar.lastIndex;
  }
  const structure = /["{}[\]]/g;
  structure.lastIndex = from;
  for (let depth = 0; ;) {
    const found = structure.exec(text)?.[0];
    if (found === '"') structure.lastIndex = stringEnd(text, structure.lastIndex - 1);
    else if (found === '{' || found === '[') depth++;
    else depth--;
    if (depth === 0) return structure.lastIndex;
  }
}
