import type { Message, Submission } from '../../src/accept/message.ts';
import type { Durability } from '../../src/ports/durability.ts';
import type { Log, LogFields } from '../../src/ports/log.ts';
import type { Probe } from '../../src/ports/probe.ts';
import type { Publisher, PublishResult } from '../../src/ports/publisher.ts';
import type { DeadLetter, OrderKeyOf, WhichLetters } from '../../src/ports/dead-letters.ts';
import type {
  Backlog,
  Bounds,
  ClaimRequest,
  FallbackList,
  Parked,
  Reaped,
  Verdict,
} from '../../src/ports/fallback-list.ts';
import type { StoreReply } from '../../src/ports/store-reply.ts';
import type { Store } from '../../src/ports/store.ts';
import { FakeBoard } from './fake-board.ts';
import { FakeMarks } from './fake-marks.ts';
import { FakeOrder } from './fake-order.ts';

/** A complete message; `over` says what matters to the test. */
export function aMessage(over: Partial<Message> = {}): Message {
  return {
    id: 'id-1',
    topic: 'messages',
    key: null,
    headers: {},
    value: '{}',
    timestamp: 1_764_671_400_000,
    ...over,
  };
}

/** A message from a client that chose no id. */
export function aSubmission(over: Partial<Message> = {}): Submission {
  return { message: aMessage(over), named: false, client: '192.0.2.1' };
}

export const PUBLISHED: PublishResult = { kind: 'published', partition: 0, offset: '0' };
export const KAFKA_DOWN: PublishResult = {
  kind: 'failed',
  blame: 'kafka',
  reason: 'down',
  maybeWritten: false,
};

/** Answers as it is told, and keeps what it was given. */
export class FakePublisher implements Publisher {
  readonly calls: (readonly Message[])[] = [];
  answer: (message: Message, index: number) => PublishResult | Promise<PublishResult> = () => PUBLISHED;
  probed: Probe = { kind: 'up' };
  refusalOf: NonNullable<Publisher['refusalOf']> = () => undefined;

  async publish(messages: readonly Message[]): Promise<PublishResult[]> {
    this.calls.push(messages);
    const answers = messages.map(async (message, index) => this.answer(message, index));
    return Promise.all(answers);
  }

  probe(): Promise<Probe> {
    return Promise.resolve(this.probed);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

type NotDone = Exclude<StoreReply<never>, { kind: 'done' }>;

/** A list in memory, without leases; while `fault` is set every verb answers with it. */
export class FakeStore implements Store, FallbackList {
  readonly list = this;
  readonly marks = new FakeMarks(() => this.fault);
  readonly gate = this.marks;
  readonly receipts = this.marks;
  readonly board = new FakeBoard(() => this.fault);
  readonly order = new FakeOrder();
  readonly waiting: string[] = [];
  readonly dead: DeadLetter[] = [];
  readonly settled: (readonly Verdict[])[] = [];
  readonly claims = new Map<string, string[]>();
  fault: NotDone | undefined;
  promise: Durability = { status: 'durable', warnings: [] };

  park(
    entries: readonly string[],
    { maxLength = Infinity }: Bounds = {},
    orderKeys: readonly (string | undefined)[] = [],
  ): Promise<StoreReply<Parked>> {
    return this.#reply(() => {
      if (this.waiting.length + (entries.length || 1) > maxLength) return 'full';
      this.waiting.push(...entries);
      this.order.add(orderKeys);
      return 'parked';
    });
  }

  parkedKeys(orderKeys: readonly string[]): Promise<StoreReply<readonly boolean[]>> {
    return this.#reply(() => orderKeys.map((orderKey) => this.order.has(orderKey)));
  }

  claim({ batch, maxCount, exclusive }: ClaimRequest): Promise<StoreReply<readonly string[]>> {
    return this.#reply(() => {
      if (exclusive && this.claims.size > 0 && !this.claims.has(batch)) return [];
      const entries = this.claims.get(batch) ?? this.waiting.splice(0, maxCount);
      this.claims.set(batch, entries);
      return entries;
    });
  }

  renew(batch: string, leaseMs: number): Promise<StoreReply<boolean>> {
    return this.#reply(() => this.claims.has(batch) && leaseMs > 0);
  }

  settle(batch: string, verdicts: readonly Verdict[]): Promise<StoreReply<boolean>> {
    return this.#reply(() => {
      const entries = this.claims.get(batch);
      if (!entries) return false;
      this.claims.delete(batch);
      this.settled.push(verdicts);
      this.order.settle(verdicts, this.waiting.length + this.claims.size === 0);
      return true;
    });
  }

  reap(): Promise<StoreReply<Reaped>> {
    return this.#reply(() => ({ returned: 0, dead: 0 }));
  }

  backlog(): Promise<StoreReply<Backlog>> {
    return this.#reply(() => ({ waiting: this.waiting.length, claimed: 0, dead: this.dead.length }));
  }

  deadLetters({
    after,
    limit,
  }: {
    after?: string | undefined;
    limit: number;
  }): Promise<StoreReply<readonly DeadLetter[]>> {
    const from = after === undefined ? 0 : 1 + this.dead.findIndex(({ id }) => id === after);
    return this.#reply(() => this.dead.slice(from, from + limit));
  }

  requeue(which: WhichLetters, orderKeyOf?: OrderKeyOf): Promise<StoreReply<number>> {
    return this.#reply(() => {
      const taken = this.#take(which);
      this.waiting.push(...taken.map(({ entry }) => entry));
      this.order.add(taken.map(({ entry }) => orderKeyOf?.(entry)));
      return taken.length;
    });
  }

  discard(which: WhichLetters): Promise<StoreReply<number>> {
    return this.#reply(() => this.#take(which).length);
  }

  #take(which: WhichLetters): DeadLetter[] {
    const taken = this.dead.filter(({ id }) => which === 'all' || which.includes(id));
    for (const letter of taken) this.dead.splice(this.dead.indexOf(letter), 1);
    return taken;
  }

  durability(): Promise<StoreReply<Durability>> {
    return this.#reply(() => this.promise);
  }

  probe(): Promise<Probe> {
    return Promise.resolve(this.fault ? { kind: 'down', reason: 'down' } : { kind: 'up' });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #reply<T>(verb: () => T): Promise<StoreReply<T>> {
    return Promise.resolve(this.fault ?? { kind: 'done', value: verb() });
  }
}

/** Keeps the lines, as in `WARNING Text`. */
export class FakeLog implements Log {
  readonly lines: string[] = [];
  readonly fields: LogFields[] = [];
  readonly debug = this.#keep('DEBUG');
  readonly info = this.#keep('INFO');
  readonly warning = this.#keep('WARNING');
  readonly error = this.#keep('ERROR');

  #keep(level: string) {
    return (text: string, fields: LogFields = {}) => {
      this.lines.push(`${level} ${text}`);
      this.fields.push(fields);
    };
  }
}
