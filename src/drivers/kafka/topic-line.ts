import type { Clock } from '../../ports/clock.ts';
import { type Classified, classify, late } from './errors.ts';
import { Line } from './line.ts';
import { openLine, type OpenSettings } from './open-line.ts';
import type { Stats } from './stats.ts';

/** How often a topic is asked for that is not there yet, or has no leader, before it counts as failed. */
const PATIENT_TRIES = 10;
/** So long a topic that is missing or forbidden is not asked for again: each time costs a connection. */
const TOPIC_PAUSE_MS = 200;

export interface TopicLineDeps {
  readonly name: string;
  readonly settings: OpenSettings;
  readonly clock: Clock;
  readonly stats: Stats;
}

/** The line of a topic: opened when somebody needs it, once for all who do, and replaced when it broke. */
export class TopicLine {
  readonly #deps: TopicLineDeps;
  /** The opening of the line in use, under way or done. */
  #opening: Promise<Line | Classified> | undefined;
  /** The line in use. */
  #line: Line | undefined;
  /** Of every opening that is under way, also of those that nobody waits for any more. */
  readonly #underWay = new Set<AbortController>();
  #partitionCount = 0;
  #works = true;
  #isClosed = false;

  constructor(deps: TopicLineDeps) {
    this.#deps = deps;
  }

  /** How many partitions the topic had when it was last asked for; 0 if it never was. */
  get partitionCount(): number {
    this.#partitionCount = this.#line?.partitionCount ?? this.#partitionCount;
    return this.#partitionCount;
  }

  /** The line in use, or a new one; or why there is none. */
  get(): Promise<Line | Classified> {
    if (this.#opening) return this.#opening;
    const opening: Promise<Line | Classified> = this.#open().then((opened) => {
      if (this.#opening === opening) return this.#adopt(opened);
      // Another one has taken its place meanwhile, and is the one to use.
      if (opened instanceof Line) void opened.retire();
      return this.#isClosed ? late('opening') : this.get();
    });
    this.#opening = opening;
    return opening;
  }

  /** Opens a new line and puts it in the place of the present one; answers what is wrong, if anything. */
  async renew(): Promise<Classified | undefined> {
    const opened = await this.#open();
    if (!(opened instanceof Line)) return opened;
    const old = this.#line;
    this.#opening = Promise.resolve(opened);
    this.#adopt(opened);
    void old?.retire();
    return undefined;
  }

  /** The line has failed: the next call gets another one. Calls in flight on it come to their end. */
  replace(line: Pick<Line, 'partitionCount'>): void {
    if (this.#line === line) this.retire();
  }

  /** Lets go of a line that is open once what is in flight on it has ended. */
  retire(): void {
    if (!this.#line) return;
    void this.#line.retire();
    this.#line = undefined;
    this.#opening = undefined;
  }

  /** Lets go of everything at once: what is in flight fails. */
  close(): void {
    this.#isClosed = true;
    for (const opening of this.#underWay) opening.abort();
    this.#line?.destroy();
    this.#line = undefined;
  }

  #adopt(opened: Line | Classified): Line | Classified {
    if (opened instanceof Line) {
      this.#line = opened;
      this.#partitionCount = opened.partitionCount;
      return opened;
    }
    const failed = this.#opening;
    const forget = () => {
      if (this.#opening === failed) this.#opening = undefined;
    };
    const isTopics = opened.result.kind === 'failed' && opened.result.blame === 'topic';
    // The others hear the same meanwhile.
    if (isTopics) this.#deps.clock.after(TOPIC_PAUSE_MS, forget);
    else forget();
    return opened;
  }

  async #open(): Promise<Line | Classified> {
    const { name, settings, clock, stats } = this.#deps;
    const opening = new AbortController();
    this.#underWay.add(opening);
    const cancel = clock.after(settings.timeoutMs, () => opening.abort());
    stats.connects++;
    try {
      const tries = this.#works ? PATIENT_TRIES : 1;
      const line = await openLine({ settings, topic: name, tries, clock, signal: opening.signal });
      this.#works = true;
      return line;
    } catch (error) {
      this.#works = false;
      return classify(error, 'opening');
    } finally {
      cancel();
      this.#underWay.delete(opening);
    }
  }
}
