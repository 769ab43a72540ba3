import type { Clock } from '../../ports/clock.ts';
import type { Answer } from '../../http/answer.ts';
import { BodyError } from '../../http/body-error.ts';
import { asksToClose, outgoing, serialise } from './answer.ts';
import { BodyStream } from './body-stream.ts';
import type { Head } from './head.ts';
import { LIMITS } from './limits.ts';
import { type Incoming, RequestReader, type WantsStream } from './reader.ts';
import { type Refusal, refusalAnswer, refuse } from './refusal.ts';
import { toRequest, toStreamedRequest } from './request.ts';
import type { Scheme } from './target.ts';
import { Wait } from './wait.ts';
import type { Wire } from './wire.ts';

export interface ConnectionOptions {
  readonly clock: Clock;
  /** Time for which a connection may wait for its next request, in milliseconds. */
  readonly keepAliveMs: number;
  readonly maxBodyBytes: number;
  /** `http` if absent. */
  readonly scheme?: Scheme;
  /** Whether `answer` wants a request before its body has arrived. By default it wants none. */
  readonly wantsStream?: WantsStream | undefined;
  /** Answers a request as it is, or undefined for one that `answer` has to see. */
  readonly direct: (head: Head, body: Uint8Array) => Promise<Answer> | undefined;
  readonly answer: (request: Request) => Response | Promise<Response>;
  /** Runs `next` in a later turn of the event loop, after what other connections have to do. */
  readonly later: (next: () => void) => void;
}

type State =
  | { readonly kind: 'reading' }
  /** The next request has arrived, and lets other connections go first. */
  | { readonly kind: 'yielding' }
  | { readonly kind: 'answering' }
  /** The app has the request, and its body is still arriving. */
  | { readonly kind: 'streaming'; readonly body: BodyStream }
  /** The client reads its answer slowly. */
  | { readonly kind: 'sending'; readonly rest: Buffer; readonly closes: boolean }
  /** The last answer is sent: what still arrives is dropped. */
  | { readonly kind: 'ending' }
  | { readonly kind: 'closed' };

const READING: State = { kind: 'reading' };
const YIELDING: State = { kind: 'yielding' };
const ANSWERING: State = { kind: 'answering' };
const CUT_OFF = new BodyError('cut-off', 'Send the whole body: the rest has not arrived');
const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');

/**
 * Server side of an HTTP/1.1 connection, without a socket of its own (sans I/O). Requests are answered one
 * after another: the next one is read once the answer before it is sent, and until then the socket is paused.
 * So no answer is overtaken, and a client that pipelines or does not read costs one buffer.
 */
export class Connection {
  readonly #wire: Wire;
  readonly #options: ConnectionOptions;
  readonly #reader: RequestReader;
  #state: State = READING;
  #isPaused = false;
  /** The connection closes after the answer: what still arrives is dropped. */
  #dropsInput = false;
  #hasEnded = false;
  readonly #wait: Wait;

  constructor(wire: Wire, options: ConnectionOptions) {
    this.#wire = wire;
    this.#options = options;
    this.#reader = new RequestReader(options);
    this.#wait = new Wait(options.clock, options.keepAliveMs);
  }

  /** Takes what the client has sent. */
  receive(bytes: Buffer): void {
    const { kind } = this.#state;
    if (kind === 'closed' || kind === 'ending' || this.#dropsInput) return;
    this.#reader.push(bytes);
    if (kind === 'reading') this.#read();
    else if (this.#isPaused) return;
    else if (this.#state.kind === 'streaming') this.#feed(this.#state.body);
    else this.#pause();
  }

  /** The client sends nothing more. It may still read. */
  ended(): void {
    this.#hasEnded = true;
    if (this.#state.kind === 'ending') this.destroy();
    else if (this.#state.kind === 'reading') this.#read();
    else if (this.#state.kind === 'streaming' && !this.#isPaused) this.#feed(this.#state.body);
  }

  /** The client has caught up with what was written. */
  flushed(): void {
    if (this.#state.kind === 'sending') this.#send(this.#state.rest, this.#state.closes);
  }

  /** Ends the connection at once. */
  destroy(): void {
    const state = this.#state;
    if (state.kind === 'closed') return;
    this.#state = { kind: 'closed' };
    if (state.kind === 'streaming') state.body.fail(CUT_OFF);
    this.#wire.destroy();
  }

  /** Ends what takes too long. To be called every second or so. */
  sweep(): void {
    if (!this.#wait.isOver(this.#reader.bodyBytes)) return;
    const { awaited } = this.#wait;
    const detail = `Send the ${awaited} of a request faster`;
    if (this.#state.kind === 'streaming') this.#breakOff(this.#state.body, new BodyError('too-slow', detail));
    else if (awaited === 'head' || awaited === 'body') this.#refuse(refuse('too-slow', detail));
    else this.destroy();
  }

  #read(): void {
    const next = this.#reader.next();
    if (next?.kind === 'request') void this.#answer(next);
    else if (next?.kind === 'stream') void this.#stream(next.head);
    else if (next) this.#refuse(next);
    else this.#await();
  }

  /** Waits for more of the next request. */
  #await(): void {
    if (this.#hasEnded) {
      this.#end();
      return;
    }
    if (this.#reader.takeExpectation()) this.#wire.write(CONTINUE);
    const { awaits } = this.#reader;
    if (this.#wait.awaited !== awaits) this.#wait.start(awaits, this.#reader.bodyBytes);
    this.#resume();
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#wire.pause();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#wire.resume();
  }

  async #answer(incoming: Incoming): Promise<void> {
    this.#state = ANSWERING;
    this.#wait.start('answer');
    const { head, body, isCutShort } = incoming;
    const { direct, answer, clock } = this.#options;
    try {
      const answered = isCutShort ? undefined : direct(head, body);
      const sent = answered ? await answered : await outgoing(await answer(toRequest(incoming)), head);
      const closes = isCutShort || !head.keepsAlive || asksToClose(sent);
      this.#send(serialise(sent, clock.wallTime(), head, closes), closes);
    } catch {
      // The app answers its own faults: this is a response that can't be sent.
      this.destroy();
    }
  }

  /** Has a request answered whose body is still arriving. */
  async #stream(head: Head): Promise<void> {
    const body = new BodyStream({
      onRoom: () => {
        if (this.#state.kind !== 'streaming' || !this.#isPaused) return;
        this.#resume();
        this.#feed(body);
      },
      onCancel: () => this.#breakOff(body),
    });
    this.#state = { kind: 'streaming', body };
    if (this.#reader.takeExpectation()) this.#wire.write(CONTINUE);
    this.#feed(body);
    try {
      const { answer, clock } = this.#options;
      const sent = await outgoing(await answer(toStreamedRequest(head, body.readable)), head);
      this.#breakOff(body);
      const closes = this.#dropsInput || !head.keepsAlive || asksToClose(sent);
      this.#send(serialise(sent, clock.wallTime(), head, closes), closes);
    } catch {
      this.destroy();
    }
  }

  /** Hands on what has arrived of a body, and has the client wait where the app does not keep up. */
  #feed(body: BodyStream): void {
    const part = this.#reader.nextPart();
    if (part.kind === 'refused') {
      this.#breakOff(body, new BodyError('malformed', part.detail));
      return;
    }
    const hasRoom = body.push(part.bytes);
    if (part.isLast) {
      this.#state = ANSWERING;
      this.#wait.start('answer');
      body.end();
    } else if (this.#hasEnded) this.#breakOff(body);
    else if (!hasRoom) {
      this.#pause();
      this.#wait.start('answer');
    } else if (this.#wait.awaited !== 'body') this.#wait.start('body', this.#reader.bodyBytes);
  }

  /** Drops what still comes of a body, where it has not come to its end. */
  #breakOff(body: BodyStream, error = CUT_OFF): void {
    if (this.#state.kind !== 'streaming') return;
    this.#state = ANSWERING;
    this.#dropsInput = true;
    this.#wait.start('answer');
    body.fail(error);
    this.#resume();
  }

  #refuse(refusal: Refusal): void {
    this.#state = ANSWERING;
    this.#wait.start('answer');
    this.#send(serialise(refusalAnswer(refusal), this.#options.clock.wallTime(), undefined, true), true);
  }

  #send(bytes: Buffer, closes: boolean): void {
    for (let at = 0; at < bytes.length; at += LIMITS.sliceBytes) {
      if (this.#state.kind === 'closed') return;
      const end = at + LIMITS.sliceBytes;
      if (this.#wire.write(bytes.subarray(at, end))) continue;
      this.#state = { kind: 'sending', rest: bytes.subarray(end), closes };
      this.#wait.start('reader');
      return;
    }
    if (closes) this.#end();
    else this.#goOn();
  }

  #end(): void {
    if (this.#state.kind === 'closed') return;
    this.#state = { kind: 'ending' };
    this.#wait.start('end');
    this.#wire.end();
    if (this.#isPaused) this.#wire.resume();
  }

  #goOn(): void {
    if (this.#state.kind === 'closed') return;
    if (this.#reader.awaits === 'next request') {
      this.#state = READING;
      this.#await();
      return;
    }
    this.#state = YIELDING;
    this.#options.later(() => {
      if (this.#state.kind !== 'yielding') return;
      this.#state = READING;
      this.#read();
    });
  }
}
