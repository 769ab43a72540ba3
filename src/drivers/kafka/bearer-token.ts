import { spawn } from 'node:child_process';
import type { Clock } from '../../ports/clock.ts';

/** What proves to a broker who we are (OAUTHBEARER). */
export interface BearerToken {
  /** A token that is valid now. Throws, without any secret in the text, if none can be had. */
  get(): Promise<string>;
  /** A broker has refused this token, that `get` gave. */
  forget(token: string): void;
}

/** How long a token is used that does not say when it expires. */
const WITHOUT_EXPIRY_MS = 60_000;
/** Of its life: after that a new one is fetched, while the old one still serves. */
const REFRESH_AFTER = 0.8;
const LONGEST_TOKEN = 1_000_000;

/** The same token for ever. */
export function fixedToken(token: string): BearerToken {
  return { get: () => Promise.resolve(token), forget: () => {} };
}

interface Held {
  readonly token: string;
  readonly refreshAt: number;
  readonly expiresAt: number;
}

/**
 * The standard output of a shell command is the token. The command runs when a token is needed, once
 * for all who wait, and again before the token's own `exp`. One that takes too long is killed.
 */
export class CommandToken implements BearerToken {
  readonly #command: string;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #held: Held | undefined;
  #fetching: Promise<Held> | undefined;

  constructor(command: string, clock: Clock, { timeoutMs = 10_000 }: { timeoutMs?: number } = {}) {
    this.#command = command;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  async get(): Promise<string> {
    const now = this.#clock.wallTime();
    const held = this.#held;
    if (!held || now >= held.expiresAt) return (await this.#fetch()).token;
    // Nobody waits for this one: if it fails, the next who asks tries again.
    if (now >= held.refreshAt) this.#fetch().catch(() => {});
    return held.token;
  }

  forget(token: string): void {
    if (this.#held?.token === token) this.#held = undefined;
  }

  #fetch(): Promise<Held> {
    this.#fetching ??= this.#run().finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  async #run(): Promise<Held> {
    const token = await outputOf(this.#command, this.#timeoutMs);
    const now = this.#clock.wallTime();
    const expiresAt = expiryOf(token) ?? now + WITHOUT_EXPIRY_MS;
    if (expiresAt <= now) throw new Error('The token command printed a token that has expired');
    this.#held = { token, expiresAt, refreshAt: now + REFRESH_AFTER * (expiresAt - now) };
    return this.#held;
  }
}

/** Its errors tell nothing of what the command printed. */
function outputOf(command: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that all that the shell started can be ended.
    const child = spawn('/bin/sh', ['-c', command], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    const fail = (what: string) => {
      clearTimeout(timer);
      reject(new Error(`The token command ${what}`));
    };
    const giveUp = (what: string) => {
      if (child.pid !== undefined) kill(child.pid);
      child.stdout.destroy();
      fail(what);
    };
    const timer = setTimeout(() => giveUp(`took longer than ${timeoutMs / 1000} s`), timeoutMs);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > LONGEST_TOKEN) giveUp('printed more than a token');
    });
    child.once('error', () => fail('could not be started: there is no /bin/sh'));
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      const token = output.trim();
      if (status !== 0) fail(`ended with ${signal ?? `status ${status}`}: run it by hand to see why`);
      else if (!/^[\x21-\x7e]+$/.test(token)) fail('printed no token: it must print that and nothing else');
      else resolve(token);
    });
  });
}

function kill(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** In milliseconds since the epoch; undefined if it is no JWT, or one without `exp`. */
function expiryOf(token: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { exp } = claims as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
