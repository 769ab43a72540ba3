/**
 * Texts of the JSON objects in a text that has one behind the other, with or without white space between them.
 * What is no object makes one text with all that follows, which no parser takes.
 */
export function concatenatedObjects(text: string): string[] {
  const objects: string[] = [];
  const structure = /["{}]/g;
  let start = 0;
  let depth = 0;
  for (let found = structure.exec(text); found; found = structure.exec(text)) {
    const [character] = found;
    // Between objects there is nothing but white space.
    if (depth === 0 && (character !== '{' || text.slice(start, found.index).trim() !== '')) break;
    if (character === '"') {
      const end = stringEnd(text, found.index);
      if (end === undefined) break;
      structure.lastIndex = end;
    } else if (character === '{') depth++;
    else if (--depth === 0) {
      objects.push(text.slice(start, structure.lastIndex));
      start = structure.lastIndex;
    }
  }
  const rest = text.slice(start);
  return rest.trim() === '' ? objects : [...objects, rest];
}

/** Index after the closing quote of a string that begins at `from`; undefined without one. */
function stringEnd(text: string, from: number): number | undefined {
  const literal = /"(?:[^"\\]|\\.)*"/sy;
  literal.lastIndex = from;
  return literal.test(text) ? literal.lastIndex : undefined;
}
