// The entry without Node's globals, which runs in every runtime.
import { Redis } from '@upstash/redis/cloudflare';
import { sendOnce } from '../../../send-once.ts';
import { endOf } from '../verbs/refusals.ts';

export type Command = readonly (string | number)[];

/**
 * Posts a pipeline of commands as one HTTP request, and answers the server's response. Throws every failure.
 */
export type Post = (commands: readonly Command[], deadline: AbortSignal) => Promise<unknown>;

/**
 * HTTP client of Upstash's REST API (`/pipeline`), at most once: no retries. After a failure, or a refusal that
 * another server would not give, requests close their kept-alive connections until one succeeds. Throws if `url`
 * is not a URL.
 */
export function openPost(url: string, token: string): Post {
  sendOnce();
  let signal: AbortSignal | undefined;
  const client = new Client({
    url,
    token,
    enableTelemetry: false,
    // Base64 costs a third more, and the library's decoder drops a byte order mark.
    responseEncoding: false,
    // `retry: false` would still send a command twice.
    retry: { retries: 0 },
    // With an object the library would make a response with status 200 of an aborted request.
    signal: () => signal ?? AbortSignal.abort(),
    readYourWrites: false,
  });
  let closes = false;
  return async (commands, deadline) => {
    // The library reads it before its first await.
    signal = deadline;
    try {
      const answers = await client.post(commands, closes ? { Connection: 'close' } : {});
      closes = isRefused(answers);
      return answers;
    } catch (error) {
      closes = true;
      throw error;
    }
  };
}

function isRefused(answers: unknown): boolean {
  if (!Array.isArray(answers)) return true;
  return answers.some((answer: { error?: unknown } | null) => {
    if (typeof answer?.error !== 'string') return false;
    const end = endOf(answer.error);
    return end === 'connection' || end === undefined;
  });
}

/**
 * Access to the library's HTTP layer. Its own pipeline knows only the commands that it has methods for, and
 * its automatic one sends reads and writes apart.
 */
class Client extends Redis {
  post(commands: readonly Command[], headers: Record<string, string>): Promise<unknown> {
    return this.client.request({ path: ['pipeline'], body: commands, headers });
  }
}
