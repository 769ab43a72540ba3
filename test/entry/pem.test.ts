import { describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, readConfig } from '../../src/config/config.ts';
import { readPems } from '../../src/entry/pem.ts';
import { Authority } from '../support/http/certificates.ts';
import { tempDir } from '../support/process/temp-dir.ts';

const TLS = { KAFKA_BROKERS: '127.0.0.1:1', KAFKA_SSL: 'true' };

function read(variables: Record<string, string>) {
  const { kafka } = readConfig({ ...TLS, ...variables });
  return readPems(kafka?.pem ?? { ca: undefined, cert: undefined, key: undefined });
}

function refusal(variables: Record<string, string>): string {
  try {
    read(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('Not refused');
}

describe('readPems', () => {
  test('takes texts and files alike', async () => {
    const authority = await Authority.found('one');
    const { cert, key } = await authority.issue('client');
    const { ca } = authority;
    const file = join(tempDir().path, 'key.pem');
    writeFileSync(file, key);
    expect(read({})).toEqual({});
    expect(read({ KAFKA_SSL_CA: ca })).toEqual({ ca });
    expect(read({ KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY_FILE: file })).toEqual({ cert, key });
  });

  test('what can not be used is refused by its variable, and never shown', async () => {
    const [one, other] = [await Authority.found('one'), await Authority.found('other')];
    const [{ cert }, { key }] = [await one.issue('client'), await other.issue('client')];
    expect(refusal({ KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key })).toContain(
      'KAFKA_SSL_KEY is not the key of the certificate in KAFKA_SSL_CERT',
    );
    const damaged = '-----BEGIN CERTIFICATE-----\nsecret\n-----END CERTIFICATE-----\n';
    const file = join(tempDir().path, 'damaged.pem');
    writeFileSync(file, damaged);
    const message = refusal({ KAFKA_SSL_CA: damaged, KAFKA_SSL_CERT_FILE: file, KAFKA_SSL_KEY: damaged });
    expect(message).toContain('KAFKA_SSL_CA holds no PEM text');
    expect(message).toContain('KAFKA_SSL_CERT_FILE names a file that holds no PEM text');
    expect(message).toContain('KAFKA_SSL_KEY holds no PEM text');
    expect(message).not.toContain('secret');
  });
});
