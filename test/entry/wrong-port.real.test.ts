import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type SecureKafka, secureKafka } from '../support/kafka/secure-broker.ts';
import { launchOf, PROCESSES, type Runtime } from '../support/process/runtimes.ts';
import { describeReal, realRedis } from '../support/process/services.ts';
import { startSpillway } from '../support/process/spillway.ts';
import { tempDir } from '../support/process/temp-dir.ts';
import { until } from '../support/process/wait.ts';

type Variables = Record<string, string>;

const LOGIN = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' };

async function doctor(variables: Variables, runtime: Runtime): Promise<string> {
  const { command, env } = await launchOf(runtime, 'src/entry/doctor.ts');
  const child = Bun.spawn(command, {
    cwd: tempDir().path,
    env: { PATH: process.env['PATH'] ?? '', EMBEDDED: 'redis', ...env, ...variables },
    stdout: 'pipe',
  });
  return child.stdout.text();
}

describeReal('A port that the settings do not fit', ['localKafka', 'redis', ...PROCESSES], () => {
  let kafka: SecureKafka;
  let redis: string;
  let ca: string;

  beforeAll(async () => {
    kafka = await secureKafka();
    redis = new URL((await realRedis()).url).host;
    ca = kafka.certificates.ca;
  }, 120_000);
  afterAll(() => kafka.stop());

  const CASES: readonly (readonly [string, () => Variables, string])[] = [
    [
      'no login where one is asked for',
      () => ({ KAFKA_BROKERS: kafka.listeners.sasl }),
      'as it does where it asks for a login: set KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
    ],
    [
      'no login over TLS',
      () => ({ KAFKA_BROKERS: kafka.listeners.saslSsl, KAFKA_SSL: 'true', KAFKA_SSL_CA: ca }),
      'as it does where it asks for a login',
    ],
    [
      'a login where none is asked for',
      () => ({ KAFKA_BROKERS: kafka.service.brokers, ...LOGIN }),
      'This port asks for no login: unset KAFKA_SASL_MECHANISM',
    ],
    [
      'TLS on a plain port',
      () => ({ KAFKA_BROKERS: kafka.service.brokers, KAFKA_SSL: 'true', KAFKA_SSL_CA: ca }),
      'This port does not speak TLS: unset KAFKA_SSL',
    ],
    [
      'plain on a TLS port',
      () => ({ KAFKA_BROKERS: kafka.listeners.ssl }),
      'This port speaks TLS: set KAFKA_SSL=true',
    ],
    ['the port of Redis', () => ({ KAFKA_BROKERS: redis }), 'This is the port of a Redis: KAFKA_BROKERS'],
    [
      'the port of Redis, with TLS',
      () => ({ KAFKA_BROKERS: redis, KAFKA_SSL: 'true' }),
      'This is the port of a Redis: KAFKA_BROKERS',
    ],
    [
      'the port of Redis, with a login',
      () => ({ KAFKA_BROKERS: redis, ...LOGIN }),
      'This is the port of a Redis: KAFKA_BROKERS',
    ],
  ];

  for (const [name, variables, sentence] of CASES)
    test.each(PROCESSES)(
      `is named by the doctor: ${name}, on %s`,
      async (runtime) => {
        const broken = (await doctor(variables(), runtime))
          .split('\n')
          .find((line) => line.startsWith('broken'));
        expect(broken).toContain(sentence);
      },
      60_000,
    );

  test.each(CASES)(
    'is named by the log where the circuit opens, and by /health/ready: %s',
    async (_, variables, sentence) => {
      const service = await startSpillway({ ...variables(), KAFKA_BREAKER_FAIL_MAX: '1' });
      await until('the circuit is open', () => service.output().includes('kafka_producer opened'));
      expect(service.output()).toContain(sentence);
      expect(await (await fetch(`${service.url}/health/ready`)).text()).toContain(sentence);
      await service.end('SIGTERM');
    },
    60_000,
  );
});
