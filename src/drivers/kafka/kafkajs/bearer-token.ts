import { spawn } from 'node:child_process';
import type { Clock } from '../../../ports/clock.ts';

/** Source of bearer tokens for SASL OAUTHBEARER (RFC 7628). */
export interface BearerToken {
  /** A token that is valid now. Throws if there is none; the error carries no secret. */
  get(): Promise<string>;
  /** Drops a token of `get` that a broker has refused. */
  forget(token: string): void;
}

/** Lifetime assumed for a token without `exp`, in milliseconds. */
const WITHOUT_EXPIRY_MS = 60_000;
/** Refresh-ahead: the share of its lifetime after which a token is refreshed in the background. */
const REFRESH_AFTER = 0.8;
const LONGEST_TOKEN = 1_000_000;

/** A token that never changes. */
export function fixedToken(token: string): BearerToken {
  return { get: () => Promise.resolve(token), forget: () => {} };
}

interface Held {
  readonly token: string;
  readonly refreshAt: number;
  readonly expiresAt: number;
}

/**
 * Token cache over a shell command that prints a token, with refresh-ahead. Concurrent callers share one run
 * (single flight), and a run that takes longer than `timeoutMs` is killed. The lifetime is the `exp` claim of
 * the JWT.
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
    // In the background: if it fails, the next call of `get` tries again.
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

/** Runs a command with `sh -c` and answers its trimmed output, which no error repeats: it may be a secret. */
function outputOf(command: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that a timeout kills the shell's children as well.
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
      else if (!/^[\x21-\x7e]+$/.test(token)) fail('printed no token: it must print the token alone');
      else resolve(token);
    });
  });
}

function kill(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // ESRCH: the group has ended already.
  }
}

/**
 * The `exp` claim of a JWT (RFC 7519), in milliseconds since the epoch. Undefined if the token is not a JWT
 * or has no `exp`.
 */
function expiryOf(token: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { exp } = claims as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
