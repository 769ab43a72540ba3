import type { ObjectStorage } from './platform.ts';

/** The alarm of a Durable Object, of which there is one. It also wakes an object that is not in memory. */
export class Alarm {
  readonly #storage: ObjectStorage;
  /** Time of the alarm, in milliseconds since the epoch. */
  #at = Infinity;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** Loads the alarm that an earlier instance of the object has set. */
  async find(): Promise<void> {
    this.#at = (await this.#storage.getAlarm()) ?? Infinity;
  }

  /** Sets the alarm to `ms` from now, unless it is earlier. It is as durable as the object's earlier writes. */
  async setWithin(ms: number): Promise<void> {
    const at = Date.now() + ms;
    if (at < this.#at) await this.#set(at);
  }

  /** Rearms an alarm that went off, for `ms` from now, in case the object dies during the work. */
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
