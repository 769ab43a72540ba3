import { toEntry } from '../../../src/message/entry.ts';
import type { Bounds, FallbackList } from '../../../src/ports/fallback-list.ts';
import { aMessage } from '../fakes/messages.ts';
import type { Random } from '../fakes/seeded-random.ts';

const LARGEST_BATCH = 200;
const PAUSE_MS = 50;
const PADDING = 'x'.repeat(700);

/** Far away, but there: the list keeps account of its size. */
const BOUNDS: Bounds = { maxLength: 1_000_000, maxBytes: 1_000_000_000 };

export interface ParkLoadSettings {
  readonly name: string;
  readonly topic: string;
  readonly count: number;
  /** The time over which it spreads them, in milliseconds. */
  readonly ms: number;
  readonly random: Random;
}

/** A load generator that parks messages in batches of various sizes, each again until it is acknowledged. */
export class ParkLoad {
  /** The ids of the messages whose parking was acknowledged. */
  readonly parked: string[] = [];
  /** Batches without an acknowledgement: their entries may be in the list twice. */
  retries = 0;
  readonly #list: FallbackList;
  readonly #settings: ParkLoadSettings;

  constructor(list: FallbackList, settings: ParkLoadSettings) {
    this.#list = list;
    this.#settings = settings;
  }

  async run(): Promise<void> {
    const { name, topic, count, ms, random } = this.#settings;
    const began = performance.now();
    while (this.parked.length < count) {
      const from = this.parked.length;
      const size = Math.min(1 + random.below(LARGEST_BATCH), count - from);
      const ids = Array.from({ length: size }, (_, index) => `${name}-${from + index}`);
      const due = began + (ms * (from + size)) / count;
      await Bun.sleep(Math.max(0, due - performance.now()));
      // By now's time: Kafka deletes what is a week old.
      const entries = ids.map((id) =>
        toEntry(aMessage({ id, topic, key: id, value: valueOf(id), timestamp: Date.now() })),
      );
      await this.#park(entries, random.chance(0.5) ? BOUNDS : {});
      this.parked.push(...ids);
    }
  }

  async #park(entries: readonly string[], bounds: Bounds): Promise<void> {
    for (;;) {
      const reply = await this.#list.park(entries, bounds);
      if (reply.kind === 'done' && reply.value === 'parked') return;
      this.retries++;
      await Bun.sleep(PAUSE_MS);
    }
  }
}

/** The value of the message with this id. */
export function valueOf(id: string): string {
  return JSON.stringify({ id, padding: PADDING });
}
