import type { Bounds, Parked } from '../../../../ports/fallback-list.ts';
import type { StoreReply } from '../../../../ports/store-reply.ts';
import type { Attempt } from '../verbs/attempt.ts';
import type { ScheduleFlush } from '../verbs/batcher.ts';
import type { ParkRequest } from '../verbs/park-request.ts';
import { RedisList } from '../verbs/list.ts';
import { QUEUE } from '../scripts/keys.ts';
import { runScript } from '../scripts/script.ts';
import { WEIGH } from '../scripts/weigh.ts';
import { byteLength } from './size.ts';

/**
 * Size limit of the list. Upstash limits a record, and so the list, to 100 MB. The margin is for entries that
 * workers return, which must always fit, for what other processes park within a second, and for the sampling
 * error: an eighth where entries differ much in size.
 */
const MAX_LIST_BYTES = 80_000_000;
const WEIGH_EVERY_MS = 1000;
const SAMPLES = 64;
/**
 * Batch limit in UTF-16 units, of six bytes each at most: a larger command is sent alone, with a longer
 * timeout.
 */
const MOST_TOGETHER = 40_000;

/** Fallback list at Upstash, which is full near the limit of a record, whatever its bounds are. */
export class UpstashList extends RedisList {
  readonly #attempt: Attempt;
  readonly #maxBytes: number;
  #bytes = 0;
  #weighedAt = -Infinity;

  constructor(attempt: Attempt, maxBytes = MAX_LIST_BYTES, scheduleFlush?: ScheduleFlush) {
    super(attempt, MOST_TOGETHER, scheduleFlush);
    this.#attempt = attempt;
    this.#maxBytes = maxBytes;
  }

  /** Parks, and refreshes the size estimate if it is old. Both commands share a request. */
  protected override async push(request: ParkRequest, bounds: Bounds): Promise<StoreReply<Parked>> {
    if (performance.now() - this.#weighedAt > WEIGH_EVERY_MS) void this.#weigh();
    const bytes = request.entries.reduce((sum, entry) => sum + byteLength(entry), 0);
    if (this.#bytes + bytes > this.#maxBytes) return { kind: 'done', value: 'full' };
    const reply = await super.push(request, bounds);
    if (reply.kind === 'done' && reply.value === 'parked') this.#bytes += bytes;
    return reply;
  }

  async #weigh(): Promise<void> {
    this.#weighedAt = performance.now();
    const reply = await this.#attempt((send) => runScript(send, WEIGH, [QUEUE], [SAMPLES]));
    if (reply.kind === 'done') this.#bytes = Number(reply.value);
  }
}
