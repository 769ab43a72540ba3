import { createHash, timingSafeEqual } from 'node:crypto';
import type { Limit } from '../../ports/gate.ts';
import type { Sender } from './sender.ts';

/** API key of a client, known by its digest alone. */
interface ApiKey {
  readonly name: string;
  /** SHA-256 in hexadecimal digits. */
  readonly digest: string;
  readonly topics?: ReadonlySet<string>;
  readonly limit?: Limit;
  readonly encodings?: ReadonlySet<string>;
}

interface Entry {
  readonly digest: Buffer;
  readonly sender: Sender;
}

/** The API keys that are good now. */
export class KeyRing {
  #entries = new Map<string, Entry>();

  constructor(keys: readonly ApiKey[]) {
    this.replace(keys);
  }

  /** Takes `keys` in place of the present ones, from the next request on. */
  replace(keys: readonly ApiKey[]): void {
    this.#entries = new Map(keys.map((key) => [key.digest, entryOf(key)]));
  }

  /**
   * The sender with this key; undefined for a key that is not good. What takes longer or shorter here depends
   * on digests, which nobody can choose, and the last comparison takes the same time for all.
   */
  find(key: string): Sender | undefined {
    const digest = createHash('sha256').update(key).digest();
    const entry = this.#entries.get(digest.toString('hex'));
    return entry && timingSafeEqual(entry.digest, digest) ? entry.sender : undefined;
  }
}

function entryOf({ name, digest, topics, limit, encodings }: ApiKey): Entry {
  const sender = { client: `key:${name}`, owner: name, topics, limit, encodings };
  return { digest: Buffer.from(digest, 'hex'), sender };
}
