const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/**
 * Text of the value of the member `name`, as written; undefined without one. `text` must be a valid JSON object,
 * checked by `JSON.parse`. Of a duplicate name the last one counts, as with `JSON.parse`.
 */
export function memberText(text: string, name: string): string | undefined {
  let found: string | undefined;
  let at = skipSpace(text, text.indexOf('{') + 1);
  while (text.charCodeAt(at) !== CLOSE_BRACE) {
    const nameEnd = stringEnd(text, at);
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = valueEnd(text, start);
    if (isName(text, at, nameEnd, name)) found = text.slice(start, end);
    at = next(text, end);
  }
  return found;
}

/** Texts of the elements of a JSON array, as written. `text` must be a valid JSON array. */
export function elementTexts(text: string): string[] {
  const elements: string[] = [];
  let at = skipSpace(text, text.indexOf('[') + 1);
  while (text.charCodeAt(at) !== CLOSE_BRACKET) {
    const end = valueEnd(text, at);
    elements.push(text.slice(at, end));
    at = next(text, end);
  }
  return elements;
}

/** Whether a valid JSON text is nested deeper than `most` arrays and objects. */
export function isNestedDeeper(text: string, most: number): boolean {
  // Each level has two characters at least.
  if (text.length <= 2 * most) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at) - 1;
    else if (isOpening(code)) depth++;
    else if (isClosing(code)) depth--;
    if (depth > most) return true;
  }
  return false;
}

function isName(text: string, from: number, end: number, name: string): boolean {
  if (end - from === name.length + 2 && text.startsWith(name, from + 1)) return true;
  const literal = text.slice(from, end);
  return literal.includes('\\') && JSON.parse(literal) === name;
}

const isOpening = (code: number) => code === OPEN_BRACE || code === OPEN_BRACKET;
const isClosing = (code: number) => code === CLOSE_BRACE || code === CLOSE_BRACKET;

/** The index of the next member or element after one that ends before `from`, or of the closing bracket. */
function next(text: string, from: number): number {
  const at = skipSpace(text, from);
  return text.charCodeAt(at) === COMMA ? skipSpace(text, at + 1) : at;
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
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    at++;
    if (backslashes % 2 === 0) return at;
  }
}

function valueEnd(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return stringEnd(text, from);
  return isOpening(first) ? nestedEnd(text, from) : scalarEnd(text, from);
}

function nestedEnd(text: string, from: number): number {
  let at = from;
  for (let depth = 0; ;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at);
      continue;
    }
    at++;
    if (isOpening(code)) depth++;
    else if (isClosing(code) && --depth === 0) return at;
  }
}

function scalarEnd(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA || isClosing(code) || isSpace(code)) break;
  }
  return at;
}
