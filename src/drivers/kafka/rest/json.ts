export type Json = Readonly<Record<string, unknown>>;

/** The value of a JSON text; undefined if it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As an object with members; an empty one if it is anything else. */
export function membersOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** Whether it is a whole number that a partition or an offset can be: a proxy may answer -1, or null. */
export function isPlace(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * The texts of JSON objects that stand one behind the other. One that breaks off, at the end, is left
 * out. Goes through the text once, whatever it is.
 */
export function splitObjects(text: string): string[] {
  const objects: string[] = [];
  let isInString = false;
  let depth = 0;
  let began = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    // What is escaped is no end of a string, and whatever is in a string is no brace.
    if (isInString && char === '\\') at++;
    else if (char === '"') isInString = !isInString;
    else if (isInString) continue;
    else if (char === '{' && depth++ === 0) began = at;
    else if (char === '}' && --depth === 0) objects.push(text.slice(began, at + 1));
  }
  return objects;
}
