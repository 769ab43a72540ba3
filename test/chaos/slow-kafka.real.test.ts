import { expect, test } from 'bun:test';
import { until } from '../support/process/wait.ts';
import { GENEROUS_MS, publishedAfter, reportRun } from './run-report.ts';
import { describeChaos, stateOf, TEST_MS } from './stage.ts';

const LONG = process.env['CHAOS_SECONDS'] !== undefined;
const PER_SECOND = 300;

describeChaos(
  `the service, with a Kafka that is ill, under ${PER_SECOND} messages a second,`,
  ['kafka', 'redis', 'proxy'],
  (stage) => {
    /** Plays a fault under load; answers what clients saw, and what is in the topic once the list is drained. */
    async function play(name: string, fault: () => Promise<void>) {
      const topic = await stage.newTopic();
      const service = await stage.start({
        KAFKA_TOPIC: topic,
        KAFKA_BREAKER_RESET_TIMEOUT: '1',
        KAFKA_BREAKER_TIMEOUT_DURATION: '1',
      });
      const load = stage.load(service, PER_SECOND);
      await until('a second of normal traffic', () => load.answers.length >= PER_SECOND);
      await fault();
      const backAt = performance.now();
      await until('messages are published again', () => publishedAfter(load, backAt) !== undefined);
      await load.stop();
      await until('the list is drained', () => stage.isDrained(), { timeoutMs: 60_000 });
      const duplicates = reportRun(name, load, await stage.idsIn(topic), backAt);
      return { service, duplicates };
    }

    async function freeze(ms: number): Promise<void> {
      await stage.kafka.pause();
      await Bun.sleep(ms);
      await stage.kafka.resume();
    }

    test.each([200, 500])(
      'a pause of %i ms opens no circuit, and leaves no duplicate',
      async (ms) => {
        const { service, duplicates } = await play(`Frozen for ${ms} ms`, () => freeze(ms));
        expect(duplicates).toBe(0);
        expect(service.output()).not.toContain('Circuit breaker kafka_producer opened');
      },
      TEST_MS,
    );

    test.each(LONG ? [2000, 6000, 30_000] : [2000, 6000])(
      'frozen for %i ms it makes no client wait for it, and nothing is lost',
      async (ms) => {
        await play(`Frozen for ${ms} ms`, () => freeze(ms));
      },
      TEST_MS,
    );

    test(
      'cut off by the network it makes no client wait for it, and nothing is lost',
      async () => {
        await play('Cut off for 6 s', async () => {
          stage.proxy.blackhole();
          await Bun.sleep(6000);
          stage.proxy.pass();
        });
      },
      TEST_MS,
    );

    test(
      'frozen for longer than a call may take it has opened the circuit by then',
      async () => {
        const topic = await stage.newTopic();
        const service = await stage.start({ KAFKA_TOPIC: topic });
        const load = stage.load(service, PER_SECOND);
        await until('traffic', () => load.answers.length >= PER_SECOND);
        const frozenAt = performance.now();
        await stage.kafka.pause();
        await until('the circuit is open', async () => (await stateOf(service)) === 1, { everyMs: 20 });
        console.log(`Frozen: the circuit opened after ${Math.round(performance.now() - frozenAt)} ms`);
        expect(performance.now() - frozenAt).toBeLessThan(3000 + GENEROUS_MS);
      },
      TEST_MS,
    );

    test(
      'a Kafka that is merely slow leaves no duplicate',
      async () => {
        const { duplicates } = await play('Slower by 1 s', async () => {
          stage.proxy.delay(500);
          await Bun.sleep(LONG ? 20_000 : 5000);
          stage.proxy.pass();
        });
        expect(duplicates).toBe(0);
      },
      TEST_MS,
    );

    test(
      'connections that are cut, and answers that are truncated, make no client wait, and nothing is lost',
      async () => {
        await play('Cut and truncated', async () => {
          for (let count = 0; count < 3; count++) {
            stage.proxy.cut();
            await Bun.sleep(300);
            stage.proxy.truncateNext(10);
            await Bun.sleep(300);
          }
        });
      },
      TEST_MS,
    );
  },
);
