import { beforeEach, expect, test } from 'bun:test';
import type { Message } from '../../src/message/message.ts';
import type { KafkaJsPublisher } from '../../src/drivers/kafka/kafkajs/publisher.ts';
import type { PublishResult } from '../../src/ports/publisher.ts';
import { aMessage } from '../support/fakes/messages.ts';
import { LagMeter } from '../support/process/lag-meter.ts';
import { openKafkaJs } from '../support/kafka/open-kafkajs.ts';
import { describeChaos } from './stage.ts';

const SECONDS = Number(process.env['CHAOS_SECONDS'] ?? 10);
const CALLERS = 200;
const BURST = 3;
const DEADLINE_MS = 1000;
const SETUP_MS = 120_000;

interface Told {
  readonly message: Message;
  readonly result: PublishResult;
  readonly tookMs: number;
}

describeChaos(`the Kafka driver, for ${SECONDS} s under ${CALLERS} callers,`, ['kafka', 'proxy'], (stage) => {
  let topic: string;
  let publisher: KafkaJsPublisher;

  beforeEach(async () => {
    topic = await stage.newTopic();
    publisher = openKafkaJs(stage.brokers, { timeoutMs: DEADLINE_MS, probeTopic: topic });
    stage.defer(() => publisher.close());
  });

  /** One after the other, again and again, with a moment of health in between. */
  const faults: readonly (() => Promise<void> | void)[] = [
    () => stage.proxy.cut(),
    () => stage.proxy.truncateNext(10),
    async () => {
      await stage.kafka.pause();
      await Bun.sleep(1500);
      await stage.kafka.resume();
    },
    async () => {
      await stage.kafka.kill();
      await Bun.sleep(200);
      await stage.kafka.start();
    },
    () => stage.proxy.truncateNext(30),
    async () => {
      stage.proxy.blackhole();
      await Bun.sleep(1200);
      stage.proxy.pass();
      stage.proxy.cut();
    },
    async () => {
      stage.proxy.refuse();
      await Bun.sleep(500);
      await stage.proxy.listen();
    },
  ];

  async function breakThings(until: number): Promise<void> {
    for (let count = 0; performance.now() < until; count++) {
      await Bun.sleep(300);
      await faults[count % faults.length]?.();
    }
  }

  /** Publishes bursts with a key of its own: the messages of one are under way at the same time. */
  async function call(caller: number, until: number, told: Told[]): Promise<void> {
    for (let burst = 0; performance.now() < until; burst++) {
      const messages = Array.from({ length: BURST }, (_, index) =>
        aMessage({ topic, key: `caller-${caller}`, id: `${caller}/${burst * BURST + index}` }),
      );
      await Promise.all(messages.map((message) => publish(message, told)));
      await Bun.sleep(50);
    }
  }

  async function publish(message: Message, told: Told[]): Promise<void> {
    const began = performance.now();
    const [result] = await publisher.publish([message]);
    if (!result) throw new Error(`Nothing was told of ${message.id}`);
    told.push({ message, result, tookMs: performance.now() - began });
  }

  test(
    'loses nothing that it acknowledged, writes nothing that it said it did not, and keeps order and deadline',
    async () => {
      const told: Told[] = [];
      const lag = new LagMeter();
      const until = performance.now() + SECONDS * 1000;
      const callers = Array.from({ length: CALLERS }, (_, caller) => call(caller, until, told));
      await Promise.all([breakThings(until), ...callers]);
      const worstLag = lag.stop();
      // What was in flight when its caller was told may still arrive.
      await publish(aMessage({ topic, id: 'last' }), told);
      await Bun.sleep(500);

      const written = new Map<string, number>();
      const records = await stage.kafka.read(topic);
      for (const [position, { headers }] of records.entries()) {
        const id = headers['spillway-id'] ?? '';
        if (!written.has(id)) written.set(id, position);
      }
      const of = (kind: PublishResult['kind']) => told.filter(({ result }) => result.kind === kind);
      const published = of('published');
      const failed = of('failed');
      const maybe = failed.filter(({ result }) => result.kind === 'failed' && result.maybeWritten);
      const absent = [...failed.filter((one) => !maybe.includes(one)), ...of('refused')];
      const worst = Math.max(...told.map(({ tookMs }) => tookMs));
      console.log(
        `Chaos, ${SECONDS} s: ${told.length} messages, ${published.length} published, ${maybe.length} maybe written, ` +
          `${absent.length} not written; ${records.length - written.size} duplicates; ` +
          `worst wait ${worst.toFixed(0)} ms (deadline ${DEADLINE_MS}, event loop late by ${worstLag.toFixed(0)} at most)`,
      );
      expect(of('rejected')).toEqual([]);
      expect(published.filter(({ message }) => !written.has(message.id))).toEqual([]);
      expect(absent.filter(({ message }) => written.has(message.id))).toEqual([]);
      expect(inversions(published, written)).toEqual([]);
      expect(worst).toBeLessThan(DEADLINE_MS + 500 + worstLag);
      expect(told.at(-1)?.result.kind).toBe('published');
      for (const [kind, some] of Object.entries({ published, maybe, absent }))
        expect([kind, some.length > 0]).toEqual([kind, true]);
    },
    SETUP_MS + SECONDS * 3000,
  );
});

/** Pairs of published messages of one key whose first records stand in the other order than they were sent. */
function inversions(published: readonly Told[], written: ReadonlyMap<string, number>): string[] {
  const last = new Map<string, { sequence: number; position: number; id: string }>();
  const wrong: string[] = [];
  const bySequence = published
    .map(({ message: { id, key } }) => ({
      id,
      key: key ?? '',
      sequence: Number(id.split('/')[1]),
      position: written.get(id) ?? -1,
    }))
    .toSorted((a, b) => a.sequence - b.sequence);
  for (const one of bySequence) {
    const before = last.get(one.key);
    if (before && before.position > one.position) wrong.push(`${before.id} after ${one.id}`);
    last.set(one.key, one);
  }
  return wrong;
}
