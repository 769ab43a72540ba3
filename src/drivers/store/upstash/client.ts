// This entry of the library runs on every runtime; the plain one looks for Node's globals.
import { Redis } from '@upstash/redis/cloudflare';
import { sendOnce } from '../../send-once.ts';

export type Command = readonly (string | number)[];

/** Posts commands in one request, and answers what the server answered; throws whatever went wrong. */
export type Post = (commands: readonly Command[], deadline: AbortSignal) => Promise<unknown>;

export function openPost(url: string, token: string): Post {
  sendOnce();
  let signal: AbortSignal | undefined;
  const client = new Client({
    url,
    token,
    enableTelemetry: false,
    // Base64 would cost a third more, and its decoder drops a byte order mark.
    responseEncoding: false,
    // `false` would still send a command twice.
    retry: { retries: 0 },
    // As an object it would make an answer with status 200 of a request that it ended.
    signal: () => signal ?? AbortSignal.abort(),
    readYourWrites: false,
  });
  return (commands, deadline) => {
    // The library asks for it before it first waits.
    signal = deadline;
    return client.post(commands);
  };
}

/**
 * The library's own pipeline knows only the commands that it has methods for, and its automatic one
 * sends reads and writes apart: what is used of it is its way over HTTP.
 */
class Client extends Redis {
  post(commands: readonly Command[]): Promise<unknown> {
    return this.client.request({ path: ['pipeline'], body: commands });
  }
}
