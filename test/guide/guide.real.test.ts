import { afterAll, beforeAll, test } from 'bun:test';
import { ownKafka, ownRedis, describeReal } from '../support/process/services.ts';
import { kafkaFailure, redisFailure } from './load-tests.ts';
import { metricsAndLogQueries } from './monitoring.ts';
import { bothCircuitsOpen, kafkaCircuitOpens, redisCircuitOpens } from './scenarios.ts';
import { type Services, Stage } from './stage.ts';

const TEST_MS = 120_000;

describeReal('the operator guide, step by step', ['kafka', 'redis', 'redisCli'], () => {
  let services: Services;

  beforeAll(async () => {
    const [kafka, redis] = await Promise.all([ownKafka(), ownRedis()]);
    services = { kafka, redis };
  }, TEST_MS);

  afterAll(async () => {
    await Promise.all([services.kafka.stop(), services.redis.stop()]);
  });

  function step(
    name: string,
    play: (stage: Stage) => Promise<void>,
    variables?: Record<string, string>,
  ): void {
    test(
      name,
      async () => {
        const stage = await Stage.open(services, variables);
        await play(stage);
        await stage.close();
      },
      TEST_MS,
    );
  }

  step('Scenario 1: Kafka Circuit Opens', kafkaCircuitOpens);
  step('Scenario 2: Redis Circuit Opens', redisCircuitOpens, {
    RATE_LIMIT_MAX: '5',
    RATE_LIMIT_WINDOW_SECONDS: '60',
  });
  step('Scenario 3: Both Circuits Open', bothCircuitsOpen);
  step('Monitoring and Alerts: Prometheus Metrics, Log Queries', metricsAndLogQueries, {
    PUBLISH_TIMEOUT_MS: '300',
  });
  step('Load Testing, Test 1: Kafka Failure', kafkaFailure);
  step('Load Testing, Test 2: Redis Failure', redisFailure, {
    RATE_LIMIT_MAX: '5',
    RATE_LIMIT_WINDOW_SECONDS: '600',
  });
});
