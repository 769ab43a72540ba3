import { beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../../src/config/config.ts';
import type { CertificateTexts } from '../../../src/entry/http1/certificate.ts';
import { CertificateFiles } from '../../../src/entry/tls/certificate-files.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { FakeLog } from '../../support/fakes/fake-log.ts';
import { Authority, type Identity } from '../../support/http/certificates.ts';
import { tempDir } from '../../support/process/temp-dir.ts';
import { until } from '../../support/process/wait.ts';

const LOOK_MS = 5000;
const SETTLE_MS = 1000;
const RENEWED = 'INFO The certificate in TLS_CERT_FILE is renewed: new connections get it';

let authority: Authority;
let first: Identity;
let second: Identity;
beforeAll(async () => {
  authority = await Authority.found('CA');
  first = await authority.issue('first');
  second = await authority.issue('second');
});

let directory: string;
let clock: FakeClock;
let log: FakeLog;
let used: CertificateTexts[];
beforeEach(() => {
  directory = tempDir().path;
  // The certificates are dated by the clock of this machine.
  clock = new FakeClock();
  clock.wall = Date.now();
  log = new FakeLog();
  used = [];
});

const file = (name: string) => join(directory, name);
const files = (): { certFile: string; keyFile: string; clientCaFile: string | undefined } => ({
  certFile: file('tls.crt'),
  keyFile: file('tls.key'),
  clientCaFile: undefined,
});

function write({ cert, key }: Partial<Identity>): void {
  if (cert !== undefined) writeFileSync(file('tls.crt'), cert);
  if (key !== undefined) writeFileSync(file('tls.key'), key);
}

async function open(
  settings = files(),
  use = (renewed: CertificateTexts) => void used.push(renewed),
): Promise<CertificateFiles> {
  const certificate = await CertificateFiles.open(settings, { clock, log });
  certificate.onRenewal(use);
  return certificate;
}

/** Lets time pass, and waits until what was due is done: a timer stands for the next step. */
async function pass(ms: number): Promise<void> {
  await clock.advance(ms);
  await until('the files are read', () => clock.timers === 1, { everyMs: 1 });
}

async function refusal(settings = files()): Promise<string> {
  try {
    await open(settings);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('Not refused');
}

describe('the start', () => {
  test('reads the certificate, the key and the CA of the clients', async () => {
    write(first);
    writeFileSync(file('ca.crt'), authority.ca);
    const certificate = await open({ ...files(), clientCaFile: file('ca.crt') });
    expect(certificate.texts).toEqual({ ...first, ca: authority.ca });
    expect(log.lines).toEqual([]);
  });

  test('is refused by the variables whose files can not be used, without their contents', async () => {
    const settings = { ...files(), clientCaFile: file('ca.crt') };
    const all = await refusal(settings);
    for (const name of ['TLS_CERT_FILE', 'TLS_KEY_FILE', 'TLS_CLIENT_CA_FILE'])
      expect(all).toContain(`${name} names a file that can't be read: ENOENT`);
    write({ cert: first.cert, key: second.key });
    writeFileSync(file('ca.crt'), 'secret');
    const message = await refusal(settings);
    expect(message).toContain('TLS_KEY_FILE is not the key of the certificate in TLS_CERT_FILE');
    expect(message).toContain('TLS_CLIENT_CA_FILE names a file that holds no PEM text');
    expect(message).not.toContain('secret');
  });

  test('with a certificate that has expired is a warning', async () => {
    write(first);
    clock.wall += 3 * 86_400_000;
    await open();
    expect(log.lines.join()).toStartWith('WARNING TLS_CERT_FILE names a certificate that clients refuse');
  });
});

describe('the files', () => {
  test('are used anew when they change, and not otherwise', async () => {
    write(first);
    const certificate = await open();
    await pass(LOOK_MS);
    expect([used, log.lines]).toEqual([[], []]);
    write(second);
    await pass(LOOK_MS);
    expect([used, log.lines]).toEqual([[second], [RENEWED]]);
    expect(certificate.texts).toEqual(second);
    await pass(LOOK_MS);
    expect(log.lines).toEqual([RENEWED]);
  });

  test('are found behind a symbolic link above them, as Kubernetes swaps it', async () => {
    const version = (name: string, { cert, key }: Identity) => {
      mkdirSync(file(name));
      writeFileSync(file(`${name}/tls.crt`), cert);
      writeFileSync(file(`${name}/tls.key`), key);
    };
    version('..1', first);
    symlinkSync('..1', file('..data'));
    for (const name of ['tls.crt', 'tls.key']) symlinkSync(`..data/${name}`, file(name));
    await open();
    version('..2', second);
    symlinkSync('..2', file('..data_tmp'));
    renameSync(file('..data_tmp'), file('..data'));
    await pass(LOOK_MS);
    expect(used).toEqual([second]);
  });

  test('that can not be used leave the former certificate, and are warned of once', async () => {
    write(first);
    const certificate = await open();
    write({ cert: '-----BEGIN CERTIFICATE-----\nsecret' });
    await pass(LOOK_MS);
    await pass(SETTLE_MS);
    await pass(LOOK_MS);
    expect(log.lines).toEqual([
      'WARNING TLS_CERT_FILE names a file that holds no PEM text that can be used: certificates, or a key without a passphrase. The former certificate stays in use',
    ]);
    expect([used, certificate.texts]).toEqual([[], first]);
    write(second);
    await pass(LOOK_MS);
    expect([used, log.lines.at(-1)]).toEqual([[second], RENEWED]);
  });

  test('that are replaced one after the other are not warned of', async () => {
    write(first);
    await open();
    write({ cert: second.cert });
    await pass(LOOK_MS);
    write({ key: second.key });
    await pass(SETTLE_MS);
    expect([used, log.lines]).toEqual([[second], [RENEWED]]);
  });

  test('that the listener can not use leave the former certificate', async () => {
    write(first);
    const certificate = await open(files(), () => {
      throw new Error('The key is too small');
    });
    write(second);
    await pass(LOOK_MS);
    await pass(SETTLE_MS);
    expect(log.lines).toEqual(['WARNING The key is too small. The former certificate stays in use']);
    expect(certificate.texts).toEqual(first);
  });
});
