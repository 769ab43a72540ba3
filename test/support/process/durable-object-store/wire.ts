const UNDEFINED = '\u0000undefined';
const FUNCTION = '\u0000function';

/** JSON that keeps what is undefined, and tells where a function stood. */
export function toWire(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part === undefined) return UNDEFINED;
    return typeof part === 'function' ? FUNCTION : part;
  });
}

/** The value again, with `standIn` for whatever was a function. */
export function fromWire(text: string, standIn?: unknown): unknown {
  return JSON.parse(text, (_, part: unknown) => {
    if (part === UNDEFINED) return undefined;
    return part === FUNCTION ? standIn : part;
  });
}
