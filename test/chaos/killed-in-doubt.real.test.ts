import { expect, test } from 'bun:test';
import { doubtOf } from '../../src/message/entry.ts';
import { until } from '../support/process/wait.ts';
import { describeChaos, QUEUE, TEST_MS } from './stage.ts';

const PER_SECOND = 300;
const ROUNDS = process.env['CHAOS_SECONDS'] === undefined ? 2 : 8;
/** Before Kafka is silent for long enough to open the circuit. */
const FROZEN_MS = 700;

describeChaos('a process that is killed while messages are in doubt', ['kafka', 'redis'], (stage) => {
  test(
    'loses none of them: what Kafka had not acknowledged by then is drained by the next one',
    async () => {
      const topic = await stage.newTopic();
      const accepted: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const service = await stage.start({ KAFKA_TOPIC: topic, BACKFILL: 'off' });
        const load = stage.load(service, PER_SECOND);
        await until('traffic', () => load.answers.length >= PER_SECOND);
        await stage.kafka.pause();
        await Bun.sleep(FROZEN_MS);
        await service.end('SIGKILL');
        await load.abandon();
        accepted.push(...load.accepted);
        await stage.kafka.resume();
      }
      const entries = await stage.redis.client().lrange(QUEUE, 0, -1);
      const inDoubt = entries.filter((entry) => doubtOf(entry)).length;
      expect(inDoubt).toBeGreaterThan(0);
      await stage.start({ KAFKA_TOPIC: topic }, { entry: 'backfill' });
      await until('the list is drained', () => stage.isDrained(), { timeoutMs: 60_000 });
      const ids = await stage.idsIn(topic);
      const known = new Set(ids);
      const lost = accepted.filter((id) => !known.has(id));
      console.log(
        `Killed ${ROUNDS} times: ${accepted.length} accepted, ${inDoubt} in doubt, ${lost.length} lost, ${ids.length - known.size} duplicates`,
      );
      expect(lost).toEqual([]);
    },
    TEST_MS,
  );
});
