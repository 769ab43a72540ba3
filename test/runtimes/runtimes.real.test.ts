import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { KafkaService } from '../support/kafka/service.ts';
import type { RedisService } from '../support/redis/service.ts';
import { RUNTIMES } from '../support/process/runtimes.ts';
import { describeReal, ownKafka, ownRedis } from '../support/process/services.ts';
import { processScenarios, scenarios } from './scenarios.ts';
import { isProcess, Stage } from './stage.ts';
import { Table } from './table.ts';

const TEST_MS = 120_000;
const table = new Table();
let services: Promise<[KafkaService, RedisService]> | undefined;

for (const runtime of RUNTIMES) {
  describeReal(`the service on ${runtime}`, ['kafka', 'redis', runtime], () => {
    let stage: Stage;

    beforeAll(async () => {
      services ??= Promise.all([ownKafka(), ownRedis()]);
      stage = await Stage.set(runtime, ...(await services));
    }, TEST_MS);

    afterAll(async () => {
      if (!isProcess(runtime)) for (const name in processScenarios) table.note(name, runtime, 'n/a');
      await stage.stop();
    });

    test.each(Object.entries({ ...scenarios, ...(isProcess(runtime) && processScenarios) }))(
      '%s',
      async (name, play) => {
        table.note(name, runtime, 'FAILED');
        await play(stage);
        table.note(name, runtime, 'ok');
      },
      TEST_MS,
    );
  });
}

test('no scenario fails on any runtime that is here', () => {
  console.log(`\n${table.toString()}`);
  expect(table.toString()).not.toContain('FAILED');
});

afterAll(async () => {
  for (const service of (await services) ?? []) await service.stop();
});
