import type { ObjectStorage } from './platform.ts';

/** The one alarm of a Durable Object, which also wakes an object that is not in memory. */
export class Alarm {
  readonly #storage: ObjectStorage;
  /** When it goes off, in milliseconds since 1970. */
  #at = Infinity;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** Finds the alarm that an earlier life of the object has set. */
  async find(): Promise<void> {
    this.#at = (await this.#storage.getAlarm()) ?? Infinity;
  }

  /** It goes off in `ms` at the latest. That is as durable as what the object has written before. */
  async setWithin(ms: number): Promise<void> {
    const at = Date.now() + ms;
    if (at < this.#at) await this.#set(at);
  }

  /** It has gone off. Until another word, it does so again after `ms`, whatever becomes of the object. */
  async wentOff(ms: number): Promise<void> {
    await this.#set(Date.now() + ms);
  }

  async clear(): Promise<void> {
    this.#at = Infinity;
    await this.#storage.deleteAlarm();
  }

  async #set(at: number): Promise<void> {
    this.#at = at;
    await this.#storage.setAlarm(at);
  }
}
