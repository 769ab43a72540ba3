import { type BodyDecoder, ChunkedBody, SizedBody } from './body.ts';
import { type Head, parseHead } from './head.ts';
import { LIMITS } from './limits.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { Scheme } from './target.ts';

/** Request whose body has arrived, or is known to be too large. */
export interface Incoming {
  readonly kind: 'request';
  readonly head: Head;
  readonly body: Buffer;
  /** Whether the rest of the body is left unread. */
  readonly isCutShort: boolean;
}

/** Head of a request whose body is to be read part by part, as it arrives. */
export interface Streamed {
  readonly kind: 'stream';
  readonly head: Head;
}

/** What has arrived of a streamed body since the last time. */
export interface BodyPart {
  readonly kind: 'part';
  readonly bytes: Buffer;
  readonly isLast: boolean;
}

/** Whether a request is wanted as soon as its head has arrived. Asked only where its body may be long. */
export type WantsStream = (head: Head) => boolean;

export interface ReaderOptions {
  readonly maxBodyBytes: number;
  readonly scheme?: Scheme | undefined;
  /** By default none is. */
  readonly wantsStream?: WantsStream | undefined;
}

/** Bytes up to which a body of a stated length is always read whole. */
const WHOLE_BYTES = 262_144;
const NONE = Buffer.alloc(0);
const HEAD_END = Buffer.from('\r\n\r\n');

/** Reader of one request after another from the bytes of a connection. */
export class RequestReader {
  readonly #maxBodyBytes: number;
  readonly #scheme: Scheme;
  readonly #wantsStream: WantsStream | undefined;
  #input: Buffer = NONE;
  #head: Head | undefined;
  #body: BodyDecoder | undefined;
  #isAwaited = false;

  constructor({ maxBodyBytes, scheme = 'http', wantsStream }: ReaderOptions) {
    this.#maxBodyBytes = maxBodyBytes;
    this.#scheme = scheme;
    this.#wantsStream = wantsStream;
  }

  /** What is to come, or goes on. */
  get awaits(): 'next request' | 'head' | 'body' {
    if (this.#body) return 'body';
    return this.#input.length > 0 ? 'head' : 'next request';
  }

  /** Bytes of the body so far. */
  get bodyBytes(): number {
    return this.#body?.bytes ?? 0;
  }

  /** Answers once whether the client waits for `100 Continue`. */
  takeExpectation(): boolean {
    const isWaiting = this.#isAwaited;
    this.#isAwaited = false;
    return isWaiting;
  }

  push(bytes: Buffer): void {
    this.#input = this.#input.length === 0 ? bytes : Buffer.concat([this.#input, bytes]);
  }

  /** The next request; undefined while it is not complete. After a streamed one, `nextPart` is to be called. */
  next(): Incoming | Streamed | Refusal | undefined {
    if (!this.#head) {
      const head = this.#readHead();
      if (!head || 'kind' in head) return head;
      this.#head = head;
      if (head.length === 0) return this.#done(NONE);
      if (head.length !== 'chunked' && head.length > this.#maxBodyBytes) return this.#done(NONE, true);
      this.#isAwaited = head.awaitsContinue && this.#input.length === 0;
      this.#body = head.length === 'chunked' ? new ChunkedBody() : new SizedBody(head.length);
      const mayBeLong = head.length === 'chunked' || head.length > WHOLE_BYTES;
      if (mayBeLong && this.#wantsStream?.(head)) return { kind: 'stream', head };
    }
    return this.#body && this.#readBody(this.#body);
  }

  /** What has arrived of a streamed body. How long that may be is for its reader to say. */
  nextPart(): BodyPart | Refusal {
    const body = this.#body;
    const rest = body?.take(this.#input);
    this.#input = NONE;
    if (rest && 'kind' in rest) return rest;
    const bytes = body?.drain() ?? NONE;
    if (!rest) return { kind: 'part', bytes, isLast: false };
    this.#input = rest;
    this.#head = undefined;
    this.#body = undefined;
    return { kind: 'part', bytes, isLast: true };
  }

  #readHead(): Head | Refusal | undefined {
    // An empty line before a request is ignored (RFC 9112, section 2.2).
    while (this.#input[0] === 13 && this.#input[1] === 10) this.#input = this.#input.subarray(2);
    const end = this.#input.indexOf(HEAD_END);
    if (end > LIMITS.headBytes || (end < 0 && this.#input.length > LIMITS.headBytes))
      return refuse('head-too-large', `A head may have ${LIMITS.headBytes} bytes at most`);
    if (end < 0) return this.#isHopeless() ? refuse('malformed', 'Send an HTTP/1.1 request') : undefined;
    const text = this.#input.toString('latin1', 0, end);
    this.#input = this.#input.subarray(end + HEAD_END.length);
    return parseHead(text, this.#scheme);
  }

  /** What can't become a head, as TLS on this port, is answered at once. */
  #isHopeless(): boolean {
    const [first] = this.#input;
    if (first === undefined || first === 13) return false;
    const lineEnd = this.#input.indexOf(10);
    return first < 65 || first > 90 || (lineEnd >= 0 && this.#input[lineEnd - 1] !== 13);
  }

  #readBody(body: BodyDecoder): Incoming | Refusal | undefined {
    const rest = body.take(this.#input);
    this.#input = NONE;
    const isTooLarge = body.bytes > this.#maxBodyBytes;
    if (!rest) return isTooLarge ? this.#done(body.whole(), true) : undefined;
    if ('kind' in rest) return rest;
    this.#input = rest;
    return this.#done(body.whole());
  }

  #done(body: Buffer, isCutShort = false): Incoming | undefined {
    const head = this.#head;
    this.#head = undefined;
    this.#body = undefined;
    return head && { kind: 'request', head, body, isCutShort };
  }
}
