import { type Refusal, refuse } from './refusal.ts';

/** Decoder of a body. `take` consumes what has arrived, and answers what follows the body once that is whole. */
export interface BodyDecoder {
  /** The bytes after the body; undefined while more of it is to come. */
  take(input: Buffer): Buffer | Refusal | undefined;
  readonly bytes: number;
  /** The body so far, without what was drained. */
  whole(): Buffer;
  /** The same, which is kept no longer. */
  drain(): Buffer;
}

/** Body of a stated length. */
export class SizedBody implements BodyDecoder {
  #parts: Buffer[] = [];
  readonly #length: number;
  bytes = 0;

  constructor(length: number) {
    this.#length = length;
  }

  take(input: Buffer): Buffer | undefined {
    const part = input.subarray(0, this.#length - this.bytes);
    if (part.length > 0) this.#parts.push(part);
    this.bytes += part.length;
    return this.bytes === this.#length ? input.subarray(part.length) : undefined;
  }

  whole(): Buffer {
    return join(this.#parts);
  }

  drain(): Buffer {
    const parts = this.#parts;
    this.#parts = [];
    return join(parts);
  }
}

/** Bytes of a line with the size of a chunk, its extensions included. */
const LONGEST_LINE = 1024;
/** Bytes of all trailer lines. They are read past, since nothing here has a use for them. */
const LONGEST_TRAILERS = 8192;
const CHUNK_LINE = /^([\da-fA-F]{1,8})[ \t]*(?:;[\t -~\x80-\xff]*)?$/;
const TRAILER_LINE = /^[!#$%&'*+.^_`|~\dA-Za-z-]+:[\t -~\x80-\xff]*$/;
const FAULTY = refuse('malformed', 'The chunks of the body are not well-formed');

/** Body in chunks (RFC 9112, section 7.1). */
export class ChunkedBody implements BodyDecoder {
  #parts: Buffer[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #expects: 'size' | 'data' | 'line end' | 'trailer' = 'size';
  #missing = 0;
  #trailerBytes = 0;
  bytes = 0;

  take(input: Buffer): Buffer | Refusal | undefined {
    let rest = this.#rest.length === 0 ? input : Buffer.concat([this.#rest, input]);
    for (;;) {
      if (this.#expects === 'data') {
        rest = this.#takeData(rest);
        if (this.#missing > 0) return this.#keep(rest);
        this.#expects = 'line end';
      }
      const end = rest.indexOf('\r\n');
      if (end < 0) return rest.length > this.#mostOfLine() ? FAULTY : this.#keep(rest);
      if (end > this.#mostOfLine()) return FAULTY;
      const line = rest.toString('latin1', 0, end);
      rest = rest.subarray(end + 2);
      if (this.#expects === 'trailer' && line === '') return rest;
      if (!this.#takeLine(line)) return FAULTY;
    }
  }

  whole(): Buffer {
    return join(this.#parts);
  }

  drain(): Buffer {
    const parts = this.#parts;
    this.#parts = [];
    return join(parts);
  }

  #keep(rest: Buffer): undefined {
    this.#rest = rest;
  }

  #takeData(input: Buffer): Buffer {
    const part = input.subarray(0, this.#missing);
    if (part.length > 0) this.#parts.push(part);
    this.#missing -= part.length;
    this.bytes += part.length;
    return input.subarray(part.length);
  }

  #mostOfLine(): number {
    return this.#expects === 'line end' ? 1 : LONGEST_LINE;
  }

  /** Answers whether the line is well-formed. */
  #takeLine(line: string): boolean {
    if (this.#expects === 'line end') {
      this.#expects = 'size';
      return line === '';
    }
    if (this.#expects === 'trailer') {
      this.#trailerBytes += line.length;
      return TRAILER_LINE.test(line) && this.#trailerBytes <= LONGEST_TRAILERS;
    }
    const size = CHUNK_LINE.exec(line)?.[1];
    if (size === undefined) return false;
    this.#missing = Number.parseInt(size, 16);
    this.#expects = this.#missing === 0 ? 'trailer' : 'data';
    return true;
  }
}

function join(parts: Buffer[]): Buffer {
  const [first] = parts;
  return parts.length === 1 && first ? first : Buffer.concat(parts);
}
