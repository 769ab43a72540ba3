import { acceptItems, type AcceptDeps, type Posted, readItem, type Refused } from './accept-items.ts';
import type { Answer } from './answer.ts';
import { type BatchPart, partOf } from './batch-answer.ts';
import type { Submission } from '../message/message.ts';

/** A group of lines is accepted together: so many, or so many characters. */
const GROUP_LINES = 500;
const GROUP_LENGTH = 262_144;

export interface LineGroupsDeps extends AcceptDeps {
  /** Most groups under way. One where messages of a key have to stay in order. */
  readonly mostGroups: number;
  readonly isFinishing: () => boolean;
}

/** Lines in groups, each of which is accepted while the next one is collected. */
export class LineGroups {
  readonly #posted: Pick<Posted, 'header' | 'sender'>;
  readonly #deps: LineGroupsDeps;
  /** Lines so far. */
  lines = 0;
  #items: (Submission | Refused)[] = [];
  #length = 0;
  readonly #underWay = new Set<Promise<void>>();
  readonly #parts: BatchPart[] = [];
  #limit: Answer['headers'] = {};
  #faults: unknown[] = [];

  constructor(posted: Pick<Posted, 'header' | 'sender'>, deps: LineGroupsDeps) {
    this.#posted = posted;
    this.#deps = deps;
  }

  /** The group that is collected is to be submitted. */
  get isFull(): boolean {
    return this.#items.length >= GROUP_LINES || this.#length >= GROUP_LENGTH;
  }

  add(line: string | Refused): void {
    this.lines++;
    if (typeof line !== 'string') this.#items.push(line);
    else {
      this.#length += line.length;
      this.#items.push(readItem(line, this.#posted, this.#deps));
    }
  }

  /**
   * Submits the group that is collected, once few enough are under way. Answers false where the process begins
   * to finish before that: it does not wait for this group, which is dropped.
   */
  async submit(): Promise<boolean> {
    if (this.#items.length === 0) return true;
    while (this.#underWay.size >= this.#deps.mostGroups) await Promise.race(this.#underWay);
    if (this.#deps.isFinishing()) return false;
    const accepting: Promise<void> = this.#accept(this.#items, this.#parts.length).finally(() =>
      this.#underWay.delete(accepting),
    );
    this.#underWay.add(accepting);
    this.#parts.push(PENDING);
    this.#items = [];
    this.#length = 0;
    return true;
  }

  /** What became of all that were submitted, in order, and the fields of the rate limit after them. */
  async accepted(): Promise<{ readonly parts: readonly BatchPart[]; readonly limit: Answer['headers'] }> {
    await Promise.all(this.#underWay);
    if (this.#faults.length > 0) throw this.#faults[0];
    return { parts: this.#parts, limit: this.#limit };
  }

  /** Never throws: nobody waits for it while lines are read. */
  async #accept(items: readonly (Submission | Refused)[], index: number): Promise<void> {
    try {
      const { told, limit } = await acceptItems(items, this.#deps);
      this.#parts[index] = partOf(told);
      if (index === this.#parts.length - 1) this.#limit = limit;
    } catch (error) {
      this.#faults.push(error);
    }
  }
}

/** Stands in the place of a group that is under way. */
const PENDING = partOf([]);
