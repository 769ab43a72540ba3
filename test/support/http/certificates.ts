import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, isInstalled, run } from '../process/install.ts';
import { tempDir } from '../process/temp-dir.ts';

/** A certificate and its key, as PEM text. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** An elliptic curve: an RSA key takes up to a second to make. */
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A certificate authority of the tests' own: no system trusts it. */
export class Authority {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async found(name: string): Promise<Authority> {
    if (!isInstalled('openssl')) await install('openssl');
    const directory = tempDir().path;
    const files = ['-keyout', join(directory, 'ca.key'), '-out', join(directory, 'ca.pem')];
    await openssl('req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=${name}`, ...files);
    return new Authority(directory);
  }

  /** The root certificate: a client that is given it trusts what was issued here. */
  get ca(): string {
    return this.#read('ca.pem');
  }

  /** A certificate for this machine by these of its names, good for servers and for clients. */
  async issue(name: string, names = 'DNS:localhost,IP:127.0.0.1'): Promise<Identity> {
    const at = (end: string) => join(this.#directory, `${name}.${end}`);
    writeFileSync(at('ext'), `subjectAltName=${names}\n`);
    const request = ['-keyout', at('key'), '-out', at('csr'), '-subj', `/CN=${name}`];
    await openssl('req', '-new', ...NEW_KEY, ...request);
    const by = ['-CA', join(this.#directory, 'ca.pem'), '-CAkey', join(this.#directory, 'ca.key')];
    const files = ['-extfile', at('ext'), '-in', at('csr'), '-out', at('pem')];
    await openssl('x509', '-req', '-days', '2', '-CAcreateserial', ...by, ...files);
    return { cert: this.#read(`${name}.pem`), key: this.#read(`${name}.key`) };
  }

  #read(file: string): string {
    return readFileSync(join(this.#directory, file), 'utf8');
  }
}

const openssl = (...args: string[]) => run(['openssl', ...args]);
