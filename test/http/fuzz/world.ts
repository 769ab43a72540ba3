import { expect } from 'bun:test';
import { fromEntry } from '../../../src/message/entry.ts';
import type { Message } from '../../../src/message/message.ts';
import type { PublishResult } from '../../../src/ports/publisher.ts';
import { KAFKA_DOWN } from '../../support/fakes/fake-publisher.ts';
import { fakeService } from '../../support/fakes/fake-service.ts';
import type { Answered, Form, Intent, Told, Written } from './form.ts';
import { BODY_MAX_BYTES, fateOf, TOPICS } from './model.ts';
import { type Expected, Oracle, statusOf } from './oracle.ts';
import { meantRecord, recordOf, type WrittenRecord } from './records.ts';
import { onTheWire, type Travel } from './wire.ts';

/** Offsets beyond the numbers that JavaScript holds. */
const FIRST_OFFSET = 9_007_199_254_740_993n;
const UNTAKEN = 'ERROR Neither Kafka nor Redis took a message - answered 503';
/** Faults that open no circuit: a message's fate is its own. */
const NEVER = '1000000';

/** The whole service, with a Kafka and a list that take messages by the rule `fateOf`. */
export class World {
  readonly #service = fakeService({
    KAFKA_TOPICS: TOPICS.join(),
    MAX_BODY_BYTES: String(BODY_MAX_BYTES),
    KAFKA_BREAKER_FAIL_MAX: NEVER,
    REDIS_BREAKER_FAIL_MAX: NEVER,
  });
  readonly #oracle = new Oracle();
  /** Records of the topics, by their offsets. */
  readonly #records: Message[] = [];
  /** Records and entries that earlier requests account for. */
  #seen = { records: 0, entries: 0 };

  constructor() {
    const { publisher, store } = this.#service;
    publisher.answer = (message) => this.#publish(message);
    const park = store.list.park.bind(store.list);
    store.list.park = (entries, ...others) =>
      entries.some((entry) => fateOf(recordOf(fromEntry(entry))) === 'lost')
        ? Promise.resolve({ kind: 'failed', reason: 'away' })
        : park(entries, ...others);
  }

  /** Sends a request, and checks all that the contract says of it. Answers what had to become of its items. */
  async send(form: Form, written: Written, travel: Travel): Promise<readonly Expected[]> {
    const { body, headers, problem } = onTheWire(form, written, travel);
    const response = await this.#service.request(written.path, { method: 'POST', headers, body });
    const answered: Answered = {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
    };
    await this.#service.clock.advance(0);
    const outcomes: Expected[] =
      problem === undefined
        ? this.#oracle.outcomesOf(written.intents)
        : [{ kind: 'refused', status: problem }];
    if (problem === undefined) this.#check(form, written.intents, outcomes, answered);
    else expect(answered).toMatchObject({ status: problem });
    expect(this.#new()).toEqual({ records: [], entries: [] });
    const faults = this.#service.log.lines.filter((line) => line.startsWith('ERROR') && line !== UNTAKEN);
    expect(faults).toEqual([]);
    return outcomes;
  }

  #check(form: Form, intents: readonly Intent[], expected: readonly Expected[], answered: Answered): void {
    expect(answered).toMatchObject({ status: statusOf(expected, form) });
    const told = form.read(answered, intents.length);
    expect(told.map((each, index) => outcomeOf(each, expected[index]))).toEqual([...expected]);
    expect(answered.headers.has('X-Fallback-Mode')).toBe(told.some(({ kind }) => kind === 'queued'));
    if (answered.status === 503) expect(answered.headers.has('Retry-After')).toBe(true);
    const written = { published: [] as WrittenRecord[], queued: [] as WrittenRecord[] };
    for (const [index, each] of told.entries()) {
      const intent = intents[index];
      const end = expected[index];
      if (each.kind === 'refused' || !intent || 'refusal' in intent || end?.kind === 'refused') continue;
      const record = meantRecord(intent, each.id);
      if (each.kind === 'published') expect(this.#recordAt(each)).toEqual(record);
      if (!end?.isReplayed) written[each.kind].push(record);
    }
    const { records, entries } = this.#new();
    expect({ records, entries }).toEqual({ records: written.published, entries: written.queued });
    this.#seen = {
      records: this.#seen.records + records.length,
      entries: this.#seen.entries + entries.length,
    };
  }

  #publish(message: Message): PublishResult {
    switch (fateOf(recordOf(message))) {
      case 'published': {
        const offset = String(FIRST_OFFSET + BigInt(this.#records.push(message) - 1));
        return { kind: 'published', partition: message.partition ?? 0, offset };
      }
      case 'too-large':
        return { kind: 'rejected', cause: 'too-large', reason: 'Too large for Kafka' };
      case 'unfit':
        return { kind: 'rejected', cause: 'invalid', reason: 'Kafka refuses it' };
      case 'down':
      case 'lost':
        return KAFKA_DOWN;
    }
  }

  #recordAt({ offset, partition }: Extract<Told, { kind: 'published' }>) {
    const record = this.#records[Number(BigInt(offset) - FIRST_OFFSET)];
    expect(partition).toBe(record?.partition ?? 0);
    return recordOf(record);
  }

  /** What was written since the last request, in order. */
  #new() {
    return {
      records: this.#records.slice(this.#seen.records).map(recordOf),
      entries: this.#service.store.contents.waiting
        .slice(this.#seen.entries)
        .map((entry) => recordOf(fromEntry(entry))),
    };
  }
}

/** What was told, with what the form does not tell as expected. */
function outcomeOf(told: Told, expected: Expected | undefined): Expected {
  if (told.kind === 'refused') return { kind: 'refused', status: told.status ?? statusIn(expected) };
  const isReplayed = told.isReplayed ?? (expected?.kind !== 'refused' && expected?.isReplayed === true);
  return { kind: told.kind, isReplayed };
}

const statusIn = (expected: Expected | undefined) => (expected?.kind === 'refused' ? expected.status : 0);
