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

/** The texts of JSON objects that stand one behind the other. One that breaks off, at the end, is left out. */
export function splitObjects(text: string): string[] {
  const objects: string[] = [];
  let depth = 0;
  let began = 0;
  // A string as a whole, or a brace: whatever is in a string is no brace.
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\[^])*"|[{}]/g)) {
    if (token === '{' && depth++ === 0) began = index;
    if (token === '}' && --depth === 0) objects.push(text.slice(began, index + 1));
  }
  return objects;
}
