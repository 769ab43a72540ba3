import type { Refused } from '../accept-items.ts';

/** Most bytes of a line: while it arrives it is kept in memory. */
const MAX_LINE_BYTES = 10_000_000;

const NOT_UTF8: Refused = {
  kind: 'problem',
  code: 'not-json',
  detail: 'The line is not valid UTF-8',
  members: {},
};
const TOO_LONG: Refused = {
  kind: 'problem',
  code: 'too-large',
  detail: `A line may have ${MAX_LINE_BYTES} bytes at most`,
  members: {},
};

const LF = 10;
const NONE = new Uint8Array();
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Splits bytes into lines of text as they arrive. A line that can't be read is refused, and none beside it. */
export class LineSplitter {
  readonly #maxLineBytes: number;
  /** Start of a line whose end is to come. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** That line is too long: the rest of it is dropped. */
  #isOverlong = false;
  #isFirst = true;

  constructor(maxLineBytes = MAX_LINE_BYTES) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** The lines that end in `chunk`. Empty ones separate nothing, and are left out. */
  push(chunk: Uint8Array): readonly (string | Refused)[] {
    const end = chunk.lastIndexOf(LF) + 1;
    if (end === 0) {
      this.#hold(chunk);
      return [];
    }
    const lines = this.#take(end === chunk.length ? chunk : chunk.subarray(0, end));
    if (end < chunk.length) this.#hold(chunk.subarray(end));
    return lines;
  }

  /** The last line, where it has no end of its own. */
  end(): readonly (string | Refused)[] {
    return this.#isOverlong || this.#heldBytes > 0 ? this.#take(NONE) : [];
  }

  #hold(part: Uint8Array): void {
    if (this.#isOverlong) return;
    this.#heldBytes += part.length;
    if (this.#heldBytes > this.#maxLineBytes) {
      this.#held = [];
      this.#isOverlong = true;
    } else this.#held.push(part);
  }

  #take(whole: Uint8Array): readonly (string | Refused)[] {
    const isOverlong = this.#isOverlong;
    const bytes = this.#heldBytes === 0 || isOverlong ? whole : join([...this.#held, whole]);
    this.#held = [];
    this.#heldBytes = 0;
    this.#isOverlong = false;
    if (!isOverlong) return this.#split(bytes);
    const end = bytes.indexOf(LF) + 1;
    return [TOO_LONG, ...(end > 0 ? this.#split(bytes.subarray(end)) : [])];
  }

  /** Decodes all lines at once, as nearly always they are text. */
  #split(bytes: Uint8Array): (string | Refused)[] {
    const text = bytes.length <= this.#maxLineBytes ? decode(bytes) : undefined;
    if (text === undefined) return this.#splitBytes(bytes);
    const lines = this.#withoutMark(text).split('\n');
    return lines.filter((line) => line.trim() !== '');
  }

  /** No byte of a longer character is a line feed. */
  #splitBytes(bytes: Uint8Array): (string | Refused)[] {
    const lines: (string | Refused)[] = [];
    for (let at = 0; at < bytes.length;) {
      const found = bytes.indexOf(LF, at);
      const end = found < 0 ? bytes.length : found;
      if (end - at > this.#maxLineBytes) lines.push(TOO_LONG);
      else {
        const text = decode(bytes.subarray(at, end));
        if (text === undefined) lines.push(NOT_UTF8);
        else if (text.trim() !== '') lines.push(this.#withoutMark(text));
      }
      this.#isFirst = false;
      at = end + 1;
    }
    return lines;
  }

  /** A byte order mark says nothing at the start of a body, and is no JSON elsewhere. */
  #withoutMark(text: string): string {
    if (!this.#isFirst) return text;
    this.#isFirst = false;
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((bytes, { length }) => bytes + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
