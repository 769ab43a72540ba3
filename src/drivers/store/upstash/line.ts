import type { Gathering } from '../gathering.ts';
import type { Command, Post } from './client.ts';
import { Reason, Refusal } from './reasons.ts';

interface Waiting {
  readonly command: Command;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Request {
  readonly waiting: Waiting[];
  bytes: number;
}

/** Someone may wait for an answer to what is shared. */
const TIMEOUT_MS = 300;
/** What goes alone is large, or gets a large answer, on a line that may be slow. */
const LONG_TIMEOUT_MS = 3000;
/** What shares a request must get through within its short deadline. */
const MAX_SHARED_BYTES = 1_000_000;

/** Takes commands to the server. It sends none twice. */
export class Line {
  readonly #post: Post;
  readonly #gathering: Gathering;
  readonly #open = new Set<AbortController>();
  #requests: Request[] = [];
  #closed = false;

  constructor(post: Post, gathering: Gathering) {
    this.#post = post;
    this.#gathering = gathering;
  }

  /** Sends a command together with the others that are gathered. */
  share(command: Command, bytes: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#requests.length === 0) this.#gathering(() => this.#flush());
      let request = this.#requests.at(-1);
      if (!request || request.bytes + bytes > MAX_SHARED_BYTES) {
        request = { waiting: [], bytes: 0 };
        this.#requests.push(request);
      }
      request.bytes += bytes;
      request.waiting.push({ command, resolve, reject });
    });
  }

  /** Sends a command in a request of its own, which may take its time. */
  async alone(command: Command): Promise<unknown> {
    const [answer] = await this.#ask([command], LONG_TIMEOUT_MS);
    return take(answer);
  }

  close(): void {
    this.#closed = true;
    for (const request of this.#open) request.abort(new Reason(CLOSED));
  }

  #flush(): void {
    const requests = this.#requests;
    this.#requests = [];
    for (const { waiting } of requests) void this.#settle(waiting);
  }

  async #settle(waiting: readonly Waiting[]): Promise<void> {
    try {
      const answers = await this.#ask(
        waiting.map(({ command }) => command),
        TIMEOUT_MS,
      );
      for (const [index, { resolve, reject }] of waiting.entries()) {
        try {
          resolve(take(answers[index]));
        } catch (error) {
          reject(error);
        }
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  async #ask(commands: readonly Command[], timeoutMs: number): Promise<readonly unknown[]> {
    if (this.#closed) throw new Reason(CLOSED);
    const deadline = new AbortController();
    const timer = setTimeout(
      () => deadline.abort(new Reason(`Upstash did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    this.#open.add(deadline);
    try {
      const answers = await this.#post(commands, deadline.signal);
      if (Array.isArray(answers) && answers.length === commands.length) return answers;
      throw new Reason(NO_ANSWER);
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : error;
    } finally {
      clearTimeout(timer);
      this.#open.delete(deadline);
    }
  }
}

const CLOSED = 'The connection to Upstash is closed';
const NO_ANSWER = 'Upstash answered with something else than was asked for: see UPSTASH_REDIS_REST_URL';

function take(answer: unknown): unknown {
  const { result, error } = (answer ?? {}) as { result?: unknown; error?: unknown };
  if (typeof error === 'string') throw new Refusal(error);
  if (result === undefined) throw new Reason(NO_ANSWER);
  return result;
}
