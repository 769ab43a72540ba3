import { afterAll, beforeAll, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SecureKafka, secureKafka } from '../support/kafka/secure-broker.ts';
import { unsignedJwt } from '../support/http/jwt.ts';
import { PROCESSES, type Runtime } from '../support/process/runtimes.ts';
import { describeReal } from '../support/process/services.ts';
import { startSpillway } from '../support/process/spillway.ts';
import { tempDir } from '../support/process/temp-dir.ts';
import { until } from '../support/process/wait.ts';

/** Starts with these variables and posts until a message is published, or the circuit has opened. */
async function post(variables: Record<string, string>, runtime: Runtime = 'bun') {
  const service = await startSpillway(variables, { runtime });
  const status = await until('Kafka has answered', async () => {
    const answer = (await (await service.post({ value: 1 })).json()) as { status?: string };
    return (answer.status === 'published' || service.output().includes('opened')) && answer.status;
  });
  await service.end('SIGTERM');
  return { status, output: service.output() };
}

describeReal('The service and a Kafka that asks who it is', ['localKafka', ...PROCESSES, 'object'], () => {
  let kafka: SecureKafka;
  const { path } = tempDir();
  const file = (name: string) => join(path, name);

  beforeAll(async () => {
    kafka = await secureKafka();
    await kafka.service.createTopic('messages');
    for (const name of ['ca', 'cert', 'key'] as const) writeFileSync(file(name), kafka.certificates[name]);
  }, 120_000);

  afterAll(() => kafka.stop());

  test.each(PROCESSES)(
    'client certificates come from files, or from variables: %s',
    async (runtime) => {
      const tls = { KAFKA_BROKERS: kafka.listeners.mtls, KAFKA_SSL: 'true' };
      const { ca, cert, key } = kafka.certificates;
      const files = {
        KAFKA_SSL_CA_FILE: file('ca'),
        KAFKA_SSL_CERT_FILE: file('cert'),
        KAFKA_SSL_KEY_FILE: file('key'),
      };
      expect((await post({ ...tls, ...files }, runtime)).status).toBe('published');
      const texts = { KAFKA_SSL_CA: ca, KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key };
      expect((await post({ ...tls, ...texts }, runtime)).status).toBe('published');
    },
    60_000,
  );

  test.each(PROCESSES)(
    'a password is proven by SCRAM, and shown to nobody: %s',
    async (runtime) => {
      const sasl = { KAFKA_BROKERS: kafka.listeners.sasl, KAFKA_SASL_MECHANISM: 'scram-sha-512' };
      const { username, password } = kafka.user;
      const right = { ...sasl, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password };
      const { status, output } = await post(right, runtime);
      expect(status).toBe('published');
      expect(output).not.toContain(password);
    },
    60_000,
  );

  test('a token comes from a command, or from a variable', async () => {
    const now = Math.floor(Date.now() / 1000);
    const token = unsignedJwt({ sub: 'spillway', iat: now, exp: now + 300 });
    const sasl = { KAFKA_BROKERS: kafka.listeners.sasl, KAFKA_SASL_MECHANISM: 'oauthbearer' };
    const byCommand = await post({ ...sasl, KAFKA_SASL_OAUTH_TOKEN_COMMAND: `echo ${token}` });
    expect(byCommand.status).toBe('published');
    expect((await post({ ...sasl, KAFKA_SASL_OAUTH_TOKEN: token })).status).toBe('published');
    expect(byCommand.output).not.toContain(token);
  }, 60_000);

  test.each(['plain', 'scram-sha-256', 'scram-sha-512'])(
    'a Durable Object says who it is as well, by %s',
    async (KAFKA_SASL_MECHANISM) => {
      const login = {
        KAFKA_BROKERS: kafka.listeners.sasl,
        KAFKA_SASL_MECHANISM,
        KAFKA_SASL_USERNAME: kafka.user.username,
        KAFKA_SASL_PASSWORD: kafka.user.password,
      };
      expect((await post(login, 'object')).status).toBe('published');
    },
    60_000,
  );

  test('a wrong password opens the circuit, and the log says so without the password', async () => {
    const { status, output } = await post({
      KAFKA_BROKERS: kafka.listeners.sasl,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: kafka.user.username,
      KAFKA_SASL_PASSWORD: 'not-the-password',
    });
    expect(status).toBe('queued');
    expect(output).toMatch(/Circuit breaker kafka_producer opened.*SASL SCRAM SHA512 authentication failed/);
    expect(output).not.toContain('not-the-password');
  }, 60_000);
});
