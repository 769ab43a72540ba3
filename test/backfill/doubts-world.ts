import { expect } from 'bun:test';
import { type Arbitrary, constantFrom, integer, nat, oneof, record } from 'fast-check';
import { createAccept } from '../../src/accept/accept.ts';
import { Doubts } from '../../src/accept/doubts.ts';
import { drainBatch } from '../../src/backfill/drain.ts';
import { POISON_RULE } from '../../src/backfill/poison.ts';
import type { FallbackList } from '../../src/ports/fallback-list.ts';
import type { EarlyResult, Publisher, PublishResult } from '../../src/ports/publisher.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { FakeLog } from '../support/fakes/fake-log.ts';
import { FakePublisher, KAFKA_DOWN, PUBLISHED } from '../support/fakes/fake-publisher.ts';
import { FaultyStore } from '../support/fakes/faulty-store.ts';
import { aSubmission } from '../support/fakes/messages.ts';

const CALL_MS = 3000;
const never = <T>() => new Promise<T>(() => {});

type Step =
  | { readonly kind: 'send' | 'kill-api' }
  /** Kafka takes the message of an open call or does not, and the answer comes or is a failure. */
  | {
      readonly kind: 'end-call';
      readonly which: number;
      readonly isWritten: boolean;
      readonly isAnswered: boolean;
    }
  | { readonly kind: 'lose-words'; readonly isOn: boolean }
  | {
      readonly kind: 'drain';
      readonly how: 'works' | 'kafka-down' | 'dies-before-it-publishes' | 'dies-before-it-settles';
    }
  | { readonly kind: 'pass'; readonly ms: number };

export const STEPS: Arbitrary<Step> = oneof(
  record({ kind: constantFrom('send' as const, 'send' as const, 'send' as const, 'kill-api' as const) }),
  record({
    kind: constantFrom('end-call' as const),
    which: nat(9),
    isWritten: constantFrom(true, false),
    isAnswered: constantFrom(true, true, false),
  }),
  record({ kind: constantFrom('lose-words' as const), isOn: constantFrom(true, false) }),
  record({
    kind: constantFrom('drain' as const),
    how: constantFrom(
      'works' as const,
      'works' as const,
      'kafka-down' as const,
      'dies-before-it-publishes' as const,
      'dies-before-it-settles' as const,
    ),
  }),
  record({ kind: constantFrom('pass' as const), ms: integer({ min: 1, max: 8000 }) }),
);

/** A call to Kafka whose client was answered already. */
interface OpenCall {
  readonly id: string;
  readonly endsAt: number;
  /** Undefined once its process is dead. */
  tell: ((result: PublishResult) => void) | undefined;
}

/** The service around a Kafka that keeps all calls open until a step ends them. */
export class World {
  readonly clock = new FakeClock();
  readonly store = new FaultyStore(this.clock);
  /** How often Kafka holds each message that was accepted. */
  readonly copies = new Map<string, number>();
  /** Messages that may be there twice: a word of them was lost, or Kafka took what it did not acknowledge. */
  readonly excused = new Set<string>();
  #open: OpenCall[] = [];
  #losesWords = false;
  #accept = this.#startApi();

  async play(step: Step): Promise<void> {
    switch (step.kind) {
      case 'send': {
        const id = `m${this.copies.size}`;
        this.copies.set(id, 0);
        expect((await this.#accept([aSubmission({ id })]))[0]?.kind).toBe('queued');
        break;
      }
      case 'kill-api':
        for (const call of this.#open) call.tell = undefined;
        this.#accept = this.#startApi();
        break;
      case 'end-call':
        this.#end(this.#open[step.which % this.#open.length], step);
        await this.clock.advance(0);
        break;
      case 'lose-words':
        this.#losesWords = step.isOn;
        break;
      case 'drain':
        await this.#drain(step.how);
        break;
      case 'pass':
        await this.#pass(step.ms);
    }
  }

  /** Everything is well again, and everything gets its time. */
  async settleDown(): Promise<void> {
    this.#losesWords = false;
    await this.#pass(60_000);
    for (let round = 0; round < 100 && (await this.#backlog()) > 0; round++) await this.#drain('works');
    expect(await this.#backlog()).toBe(0);
  }

  /** Entries of workers that died again and again are dead letters, which operators see. */
  get deadLetters(): string {
    return this.store.contents.dead.map(({ entry }) => entry).join();
  }

  async #backlog(): Promise<number> {
    const reply = await this.store.list.backlog();
    return reply.kind === 'done' ? reply.value.waiting + reply.value.claimed : Infinity;
  }

  #startApi() {
    const { list, gate } = this.store;
    const words: FallbackList = {
      ...list,
      resolveDoubts: (resolved) =>
        this.#losesWords ? Promise.resolve({ kind: 'failed', reason: 'gone' }) : list.resolveDoubts(resolved),
    };
    const publisher: Publisher = Object.assign(new FakePublisher(), {
      publishWithin: (messages: readonly { readonly id: string }[]): Promise<EarlyResult[]> =>
        Promise.resolve(messages.map(({ id }) => this.#call(id))),
    });
    const deps = { list: words, clock: this.clock, record() {} };
    const doubts = new Doubts({ ...deps, callMs: CALL_MS, onResolved() {} });
    return createAccept({
      ...deps,
      gate,
      publisher,
      patience: { ms: 300, doubts },
      admit: (all) =>
        all.map((submission) => ({ submission, admission: { kind: 'admitted' }, hold: undefined })),
      onOutcome() {},
    });
  }

  #call(id: string): EarlyResult {
    const { promise, resolve } = Promise.withResolvers<PublishResult>();
    this.#open.push({ id, endsAt: this.clock.now() + CALL_MS, tell: resolve });
    return { kind: 'in-doubt', settled: promise };
  }

  #end(
    call: OpenCall | undefined,
    { isWritten, isAnswered }: { isWritten: boolean; isAnswered: boolean },
  ): void {
    if (!call) return;
    this.#open = this.#open.filter((each) => each !== call);
    if (isWritten) this.#write(call.id);
    const isTold = call.tell !== undefined && isAnswered && !this.#losesWords;
    if (isWritten && !isTold) this.excused.add(call.id);
    call.tell?.(isWritten && isAnswered ? PUBLISHED : KAFKA_DOWN);
  }

  #write(id: string): void {
    this.copies.set(id, (this.copies.get(id) ?? 0) + 1);
  }

  async #drain(how: Extract<Step, { kind: 'drain' }>['how']): Promise<void> {
    const { clock, store } = this;
    const publisher = new FakePublisher();
    const dies = how.startsWith('dies');
    publisher.answer = ({ id }) => {
      if (how === 'kafka-down') return KAFKA_DOWN;
      if (how === 'dies-before-it-publishes') return never();
      this.#write(id);
      if (dies) this.excused.add(id);
      return PUBLISHED;
    };
    const list = dies
      ? { ...store.list, settle: () => never<never>(), renew: () => never<never>() }
      : store.list;
    await store.list.reap(POISON_RULE);
    const deps = {
      publisher,
      list,
      clock,
      log: new FakeLog(),
      record() {},
      publishTimeoutMs: CALL_MS,
      maxAgeMs: Infinity,
      ordered: false,
    };
    const drained = drainBatch(deps, new AbortController().signal, 500);
    await (dies ? clock.advance(0) : drained);
  }

  /** No call lasts longer than `CALL_MS`: what has no answer by then has failed. */
  async #pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) {
      await this.clock.advance(Math.min(left, 100));
      for (const call of this.#open.filter(({ endsAt }) => endsAt <= this.clock.now()))
        this.#end(call, { isWritten: false, isAnswered: false });
    }
  }
}
