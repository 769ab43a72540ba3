import type { Bounds, Parked } from '../../../ports/fallback-list.ts';
import type { StoreReply } from '../../../ports/store-reply.ts';
import type { Attempt } from '../attempt.ts';
import type { Gathering } from '../gathering.ts';
import type { Load } from '../load.ts';
import { RemoteList } from '../remote-list.ts';
import { QUEUE } from '../scripts/keys.ts';
import { runScript } from '../scripts/script.ts';
import { WEIGH } from '../scripts/weigh.ts';
import { byteLength } from './size.ts';

/**
 * A record holds 100 MB, the whole list included. The rest is for what workers return to the list,
 * which must always find room in it, for what other processes park within a second, and for the
 * error of the estimate: an eighth where entries differ much in size.
 */
const MAX_LIST_BYTES = 80_000_000;
const WEIGH_EVERY_MS = 1000;
const SAMPLES = 64;
/** UTF-16 units, six bytes each at most: what is larger would go alone, and be waited for longer. */
const MOST_TOGETHER = 40_000;

/** The fallback list at Upstash. Near the limit of a record it is full, whatever bounds are set. */
export class UpstashList extends RemoteList {
  readonly #attempt: Attempt;
  readonly #maxBytes: number;
  #bytes = 0;
  #weighedAt = -Infinity;

  constructor(attempt: Attempt, maxBytes = MAX_LIST_BYTES, gathering?: Gathering) {
    super(attempt, MOST_TOGETHER, gathering);
    this.#attempt = attempt;
    this.#maxBytes = maxBytes;
  }

  /** The first park after a while goes with the question how large the list is, and both share a request. */
  protected override async push(load: Load, bounds: Bounds): Promise<StoreReply<Parked>> {
    if (performance.now() - this.#weighedAt > WEIGH_EVERY_MS) void this.#weigh();
    const bytes = load.entries.reduce((sum, entry) => sum + byteLength(entry), 0);
    if (this.#bytes + bytes > this.#maxBytes) return { kind: 'done', value: 'full' };
    const reply = await super.push(load, bounds);
    if (reply.kind === 'done' && reply.value === 'parked') this.#bytes += bytes;
    return reply;
  }

  async #weigh(): Promise<void> {
    this.#weighedAt = performance.now();
    const reply = await this.#attempt((send) => runScript(send, WEIGH, [QUEUE], [SAMPLES]));
    if (reply.kind === 'done') this.#bytes = Number(reply.value);
  }
}
