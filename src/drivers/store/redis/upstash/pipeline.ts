import { Batcher, type ScheduleFlush } from '../verbs/batcher.ts';
import type { Command, Post } from './client.ts';
import { Reason, Refusal } from './reasons.ts';

/** Timeout of a shared request: a client may wait for it. */
const TIMEOUT_MS = 300;
/** Timeout of a single command, which is large or has a large reply, perhaps over a slow line. */
const LONG_TIMEOUT_MS = 3000;
/** Size limit of a shared request, which has to arrive within its short timeout. */
const MAX_SHARED_BYTES = 1_000_000;

/** Pipelining: commands share HTTP requests. None is sent twice. */
export class Pipeline {
  readonly #post: Post;
  readonly #shared: Batcher<Command, unknown>;
  readonly #open = new Set<AbortController>();
  #closed = false;

  constructor(post: Post, scheduleFlush: ScheduleFlush) {
    this.#post = post;
    this.#shared = new Batcher(
      (commands) => this.#ask(commands, TIMEOUT_MS),
      MAX_SHARED_BYTES,
      scheduleFlush,
    );
  }

  /** Sends a command in a shared request. Throws a `Refusal` with Redis's error, or a `Reason`. */
  async share(command: Command, bytes: number): Promise<unknown> {
    return take(await this.#shared.do(command, bytes));
  }

  /** Sends a command in a request of its own, with the long timeout. */
  async alone(command: Command): Promise<unknown> {
    const [answer] = await this.#ask([command], LONG_TIMEOUT_MS);
    return take(answer);
  }

  close(): void {
    this.#closed = true;
    for (const request of this.#open) request.abort(new Reason(CLOSED));
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
const NO_ANSWER = 'Upstash gave an unexpected answer: see UPSTASH_REDIS_REST_URL';

function take(answer: unknown): unknown {
  const { result, error } = (answer ?? {}) as { result?: unknown; error?: unknown };
  if (typeof error === 'string') throw new Refusal(error);
  if (result === undefined) throw new Reason(NO_ANSWER);
  return result;
}
