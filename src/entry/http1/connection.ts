import type { Clock } from '../../ports/clock.ts';
import type { Answer } from '../../http/answer.ts';
import { asksToClose, outgoing, serialise } from './answer.ts';
import type { Head } from './head.ts';
import { LIMITS } from './limits.ts';
import type { Load } from './load.ts';
import { type Incoming, RequestReader } from './reader.ts';
import { type Refusal, refusalAnswer, refuse } from './refusal.ts';
import { toRequest } from './request.ts';
import type { Scheme } from './target.ts';
import { Wait } from './wait.ts';
import type { Wire } from './wire.ts';

export interface ConnectionOptions {
  readonly clock: Clock;
  /** Time for which a connection may wait for its next request, in milliseconds. */
  readonly keepAliveMs: number;
  readonly maxBodyBytes: number;
  /** What all connections have in memory. */
  readonly load: Load;
  /** Counts requests that were refused for it. */
  readonly onShed: () => void;
  /** `http` if absent. */
  readonly scheme?: Scheme;
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
  /** The client reads its answer slowly. */
  | { readonly kind: 'sending'; readonly rest: Buffer; readonly closes: boolean }
  /** The last answer is sent: what still arrives is dropped. */
  | { readonly kind: 'ending' }
  | { readonly kind: 'closed' };

const READING: State = { kind: 'reading' };
const YIELDING: State = { kind: 'yielding' };
const ANSWERING: State = { kind: 'answering' };
const OVERLOADED = 'This process has too many requests in memory: send again after Retry-After';
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
  #hasEnded = false;
  /** Bytes of the request that is read or answered, and of what follows it. */
  #bytes = 0;
  readonly #wait: Wait;

  constructor(wire: Wire, options: ConnectionOptions) {
    this.#wire = wire;
    this.#options = options;
    this.#reader = new RequestReader(options.maxBodyBytes, options.scheme);
    this.#wait = new Wait(options.clock, options.keepAliveMs);
  }

  /** Takes what the client has sent. */
  receive(bytes: Buffer): void {
    const { kind } = this.#state;
    if (kind === 'closed' || kind === 'ending') return;
    this.#hold(bytes.length);
    this.#reader.push(bytes);
    if (kind === 'reading') this.#read();
    else if (!this.#isPaused) {
      this.#isPaused = true;
      this.#wire.pause();
    }
  }

  /** The client sends nothing more. It may still read. */
  ended(): void {
    this.#hasEnded = true;
    if (this.#state.kind === 'ending') this.destroy();
    else if (this.#state.kind === 'reading') this.#read();
  }

  /** The client has caught up with what was written. */
  flushed(): void {
    if (this.#state.kind === 'sending') this.#send(this.#state.rest, this.#state.closes);
  }

  /** Refuses a client of which there are too many. */
  shed(detail: string): void {
    this.#options.onShed();
    this.#refuse(refuse('unavailable', detail));
  }

  /** Ends the connection at once. */
  destroy(): void {
    if (this.#state.kind === 'closed') return;
    this.#hold(-this.#bytes);
    this.#state = { kind: 'closed' };
    this.#wire.destroy();
  }

  /** Ends what takes too long. To be called every second or so. */
  sweep(): void {
    if (!this.#wait.isOver(this.#reader.bodyBytes)) return;
    const { awaited } = this.#wait;
    const isRequest = awaited === 'head' || awaited === 'body';
    if (isRequest) this.#refuse(refuse('too-slow', `Send the ${awaited} of a request faster`));
    else this.destroy();
  }

  #hold(bytes: number): void {
    this.#bytes += bytes;
    this.#options.load.add(bytes);
  }

  #read(): void {
    const next = this.#reader.next();
    if (this.#options.load.isFull && this.#hasBody(next)) this.shed(OVERLOADED);
    else if (next?.kind === 'request') void this.#answer(next);
    else if (next) this.#refuse(next);
    else this.#await();
  }

  #hasBody(next: Incoming | Refusal | undefined): boolean {
    return next?.kind === 'request' ? next.body.length > 0 : !next && this.#reader.awaits === 'body';
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
    this.#hold(-this.#bytes);
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
