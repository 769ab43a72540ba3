import type { Clock } from '../ports/clock.ts';
import type { FallbackList } from '../ports/fallback-list.ts';
import type { Log } from '../ports/log.ts';

export interface DrainReportDeps {
  readonly list: Pick<FallbackList, 'backlog'>;
  readonly clock: Clock;
  readonly log: Log;
}

const PROGRESS_MS = 30_000;
/** A drain is over when nothing was published for this long, so that a trickle of messages is one. */
const OVER_MS = 5000;

interface Drain {
  readonly began: number;
  messages: number;
  last: number;
  toldAt: number;
}

/** Log of the drains: how many messages in how long, once for each drain, and its progress now and then. */
export class DrainReport {
  readonly #deps: DrainReportDeps;
  #drain: Drain | undefined;
  #cancel: (() => void) | undefined;

  constructor(deps: DrainReportDeps) {
    this.#deps = deps;
  }

  /** Counts parked messages that are in Kafka now. */
  published(messages: number): void {
    const { clock, log } = this.#deps;
    const now = clock.now();
    const drain = (this.#drain ??= { began: now, messages: 0, last: now, toldAt: now });
    drain.messages += messages;
    drain.last = now;
    if (now - drain.toldAt >= PROGRESS_MS) {
      drain.toldAt = now;
      log.info(`Backfill progress: ${describe(drain)}`);
    }
    if (!this.#cancel) this.#wait(OVER_MS);
  }

  /** Ends the drain, if there is one. */
  async end(): Promise<void> {
    const { list, log } = this.#deps;
    const drain = this.#drain;
    this.#drain = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
    if (!drain) return;
    const reply = await list.backlog();
    const waiting = reply.kind === 'done' ? reply.value.waiting : undefined;
    if (waiting === 0) log.info(`Backfill finished: ${describe(drain)}`);
    else log.info(`Backfill paused: ${describe(drain)}`, { waiting });
  }

  /** One timer for all messages, which looks whether others came meanwhile. */
  #wait(ms: number): void {
    const { clock } = this.#deps;
    this.#cancel = clock.after(ms, () => {
      const quietMs = clock.now() - (this.#drain?.last ?? 0);
      if (quietMs >= OVER_MS) void this.end();
      else this.#wait(OVER_MS - quietMs);
    });
  }
}

function describe({ messages, began, last }: Drain): string {
  return `${messages} messages in ${((last - began) / 1000).toFixed(1)} s`;
}
