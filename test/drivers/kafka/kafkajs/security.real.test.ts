import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { CommandToken, fixedToken } from '../../../../src/drivers/kafka/kafkajs/bearer-token.ts';
import type { KafkaJsSettings } from '../../../../src/drivers/kafka/kafkajs/publisher.ts';
import { systemClock } from '../../../../src/ports/clock.ts';
import { aMessage } from '../../../support/fakes/messages.ts';
import { unsignedJwt } from '../../../support/http/jwt.ts';
import { type SecureKafka, secureKafka } from '../../../support/kafka/secure-broker.ts';
import { openKafkaJs } from '../../../support/kafka/open-kafkajs.ts';
import { describeReal } from '../../../support/process/services.ts';

const TOPIC = 'messages';
const WRONG = 'not the password';

type Security = Pick<KafkaJsSettings, 'ssl' | 'sasl'>;

/** `sub` is the claim that Kafka takes for the user's name. */
function aToken(lifeInSeconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  return unsignedJwt({ sub: 'spillway', iat: now - 3600, exp: now + lifeInSeconds });
}

const byToken = (token: string) => ({ mechanism: 'oauthbearer', token: fixedToken(token) }) as const;
const byCommand = (command: string) =>
  ({ mechanism: 'oauthbearer', token: new CommandToken(command, systemClock) }) as const;

describeReal('kafka/security', ['localKafka'], () => {
  let kafka: SecureKafka;

  beforeAll(async () => {
    kafka = await secureKafka();
    await kafka.service.createTopic(TOPIC);
  }, 120_000);

  afterAll(() => kafka.stop());

  /** Publishes one message and asks once; both must agree on whether it works. */
  async function attempt(listener: keyof SecureKafka['listeners'], security: Security, id: string) {
    const publisher = openKafkaJs(kafka.listeners[listener], { probeTopic: TOPIC, ...security });
    try {
      const [result] = await publisher.publish([aMessage({ id, topic: TOPIC })]);
      const probe = await publisher.probe();
      expect(probe.kind).toBe(result?.kind === 'published' ? 'up' : 'down');
      return result;
    } finally {
      await publisher.close();
    }
  }

  async function expectPublished(listener: keyof SecureKafka['listeners'], security: Security) {
    const id = crypto.randomUUID();
    const result = await attempt(listener, security, id);
    expect(result?.kind).toBe('published');
    const record = (await kafka.service.read(TOPIC)).find(({ headers }) => headers['spillway-id'] === id);
    expect(result).toMatchObject({
      kind: 'published',
      partition: record?.partition ?? -1,
      offset: record?.offset ?? 'nowhere',
    });
  }

  /** Answers the reason. */
  async function expectFailed(listener: keyof SecureKafka['listeners'], security: Security): Promise<string> {
    const result = await attempt(listener, security, crypto.randomUUID());
    expect(result).toMatchObject({ kind: 'failed', blame: 'kafka', maybeWritten: false });
    return result?.kind === 'failed' ? result.reason : '';
  }

  describe('publishes', () => {
    test('over TLS, to a broker whose CA is trusted', () =>
      expectPublished('ssl', { ssl: { ca: kafka.certificates.ca } }));

    test('over TLS, with a client certificate', () => expectPublished('mtls', { ssl: kafka.certificates }));

    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
      test(`with SASL ${mechanism}`, () =>
        expectPublished('sasl', { ssl: false, sasl: { mechanism, ...kafka.user } }));

      test(`with SASL ${mechanism} over TLS`, () =>
        expectPublished('saslSsl', {
          ssl: { ca: kafka.certificates.ca },
          sasl: { mechanism, ...kafka.user },
        }));
    }

    test('with SASL oauthbearer', () => expectPublished('sasl', { ssl: false, sasl: byToken(aToken(300)) }));

    test('with SASL oauthbearer over TLS, the token printed by a command', () =>
      expectPublished('saslSsl', {
        ssl: { ca: kafka.certificates.ca },
        sasl: byCommand(`echo ${aToken(300)}`),
      }));
  });

  describe('fails, and says what is wrong', () => {
    test('a broker whose CA nobody knows', async () => {
      expect(await expectFailed('ssl', { ssl: true })).toMatch(/certificate/i);
      const { cert } = kafka.certificates;
      expect(await expectFailed('ssl', { ssl: { ca: cert } })).toMatch(/certificate/i);
    });

    test('a client certificate that is missing', async () => {
      const reason = await expectFailed('mtls', { ssl: { ca: kafka.certificates.ca } });
      expect(reason).toMatch(/certificate/i);
    });

    test.each([
      ['plain', 'SASL PLAIN authentication failed'],
      ['scram-sha-256', 'SASL SCRAM SHA256 authentication failed'],
      ['scram-sha-512', 'SASL SCRAM SHA512 authentication failed'],
    ] as const)('a wrong password with %s, which is not told', async (mechanism, text) => {
      const sasl = { mechanism, username: kafka.user.username, password: WRONG };
      const reason = await expectFailed('sasl', { ssl: false, sasl });
      expect(reason).toContain(text);
      expect(reason).not.toContain(WRONG);
    });

    test('a token that has expired, which is not told', async () => {
      const reason = await expectFailed('sasl', { ssl: false, sasl: byToken(aToken(-300)) });
      expect(reason).toBe('SASL OAUTHBEARER authentication failed: invalid_token');
    });

    test('a token that can not be had', async () => {
      const sasl = byCommand('echo secret; exit 1');
      const reason = await expectFailed('sasl', { ssl: false, sasl });
      expect(reason).toContain('The token command ended with status 1');
      expect(reason).not.toContain('secret');
    });
  });

  test('a token that was refused is forgotten, and the next one works', async () => {
    const tokens = [aToken(-300), aToken(300)];
    const token = { get: () => Promise.resolve(tokens[0] ?? ''), forget: () => void tokens.shift() };
    const publisher = openKafkaJs(kafka.listeners.sasl, {
      probeTopic: TOPIC,
      sasl: { mechanism: 'oauthbearer', token },
    });
    const kinds = [];
    for (let tries = 0; tries < 2; tries++) kinds.push((await publisher.publish([aMessage()]))[0]?.kind);
    expect(kinds).toEqual(['failed', 'published']);
    await publisher.close();
  });
});
