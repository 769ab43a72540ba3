import { expect, test } from 'bun:test';
import { RestProxy } from '../support/kafka/rest-proxy/server.ts';
import { DIALECT_PROXIES } from '../support/kafka/rest-proxy/dialects.ts';
import { launchOf } from '../support/process/runtimes.ts';
import { describeReal, ownKafka, realKafka } from '../support/process/services.ts';
import { startSpillway } from '../support/process/spillway.ts';
import { tempDir } from '../support/process/temp-dir.ts';
import { until } from '../support/process/wait.ts';

describeReal('The service and a Kafka behind REST', ['kafka'], () => {
  test('queues while Kafka is away, drains once it is back, and the secret is in no log', async () => {
    const kafka = await ownKafka();
    const proxy = await RestProxy.start(DIALECT_PROXIES.strimzi, kafka.brokers);
    proxy.authorization = 'Bearer a-secret-token';
    const service = await startSpillway({
      KAFKA_REST_URL: proxy.url,
      KAFKA_REST_DIALECT: 'strimzi',
      KAFKA_REST_TOKEN: 'a-secret-token',
      KAFKA_BREAKER_RESET_TIMEOUT: '0.5',
      KAFKA_BREAKER_TIMEOUT_DURATION: '0.5',
    });
    const post = async (value: number) => {
      const response = await service.post({ value, key: 'k' });
      return { response, body: (await response.json()) as object };
    };
    expect((await post(0)).body).toMatchObject({ status: 'published', offset: '0' });
    await kafka.kill();
    for (let value = 1; value <= 8; value++) {
      const { response, body } = await post(value);
      expect(response.status).toBe(202);
      expect(response.headers.get('X-Fallback-Mode')).toBe('true');
      expect(body).toMatchObject({ status: 'queued' });
    }
    // No client waits for it any longer: the silence opens it.
    await until('the circuit is open', () =>
      service.output().includes('Circuit breaker kafka_producer opened'),
    );
    await kafka.start();
    await until(
      'the list is empty',
      async () => (await service.metric('redis_fallback_queue_length')) === 0,
      {
        timeoutMs: 30_000,
      },
    );
    const records = await kafka.read('messages');
    expect(new Set(records.map(({ value }) => value))).toEqual(
      new Set(['0', '1', '2', '3', '4', '5', '6', '7', '8']),
    );
    expect(records.every(({ headers }) => headers['spillway-id'])).toBeTrue();
    expect(await service.end('SIGTERM')).toBe(0);
    expect(service.output()).toContain(`kafka=${new URL(proxy.url).host}`);
    expect(service.output()).not.toContain('a-secret-token');
    await proxy.stop();
    await kafka.stop();
  }, 90_000);

  test('says at the start what a dialect without headers can not do, and rejects what it would lose', async () => {
    const kafka = await realKafka();
    const proxy = await RestProxy.start(DIALECT_PROXIES['confluent-v2'], kafka.brokers);
    const service = await startSpillway({
      KAFKA_REST_URL: proxy.url,
      KAFKA_REST_DIALECT: 'confluent-v2',
      KAFKA_TOPIC: 'rest-entry',
    });
    expect(service.output()).toMatch(/WARNING - KAFKA_REST_DIALECT has no headers/);
    const refused = await service.post({ value: 1, headers: { a: 'b' } });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('Headers cannot be carried to Kafka here');
    expect(await (await service.post({ value: 1 })).json()).toMatchObject({ status: 'published' });
    expect(await service.end('SIGTERM')).toBe(0);
    await proxy.stop();
  }, 60_000);

  test('has a doctor that names a topic that is missing, and what the dialect can not do', async () => {
    const kafka = await realKafka();
    await kafka.createTopic('rest-doctor');
    const proxy = await RestProxy.start(DIALECT_PROXIES['confluent-v2'], kafka.brokers);
    const { command } = await launchOf('bun', 'src/entry/doctor.ts');
    const doctor = Bun.spawn(command, {
      cwd: tempDir().path,
      env: {
        KAFKA_REST_URL: proxy.url,
        KAFKA_REST_DIALECT: 'confluent-v2',
        KAFKA_TOPIC: 'rest-doctor',
        KAFKA_TOPICS: 'rest-missing',
        EMBEDDED: 'redis',
      },
      stdout: 'pipe',
    });
    const output = await new Response(doctor.stdout).text();
    expect(await doctor.exited).toBe(1);
    expect(output).toMatch(/^ok +kafka +The topic rest-doctor has its leaders; partitions: \d/m);
    expect(output).toMatch(/^broken +kafka +The topic rest-missing can't be written: UNKNOWN_TOPIC/m);
    expect(output).toMatch(/^warning +kafka +KAFKA_REST_DIALECT has no headers/m);
    await proxy.stop();
  }, 60_000);
});
