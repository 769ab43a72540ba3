import { errorMessage } from '../../common/error-message.ts';
import { ConfigError } from '../../config/config.ts';
import type { TlsConfig } from '../../config/tls.ts';
import { type Clock, pause } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Certificate, CertificateTexts } from '../http1/certificate.ts';
import { contentsOf, expiryOf, expiryWarning, readCertificate } from './read-certificate.ts';

/**
 * Poll interval, in milliseconds. The contents are compared: Kubernetes swaps a symbolic link above the files,
 * which neither their times nor a watch on them show for sure.
 */
const LOOK_MS = 5000;
/** Time for whoever replaces the files one after another, in milliseconds. */
const SETTLE_MS = 1000;

interface Deps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Certificate in files, which are read again when they change. */
export class CertificateFiles implements Certificate {
  readonly #files: TlsConfig;
  readonly #deps: Deps;
  #contents: string;
  #texts: CertificateTexts;
  #use: (renewed: CertificateTexts) => void = () => {};

  private constructor(files: TlsConfig, deps: Deps, contents: string) {
    this.#files = files;
    this.#deps = deps;
    this.#contents = contents;
    this.#texts = readCertificate(files);
    this.#warnIfExpired();
  }

  /** Reads the files. Throws a `ConfigError` that names the variables to fix. */
  static async open(files: TlsConfig, deps: Deps): Promise<CertificateFiles> {
    return new CertificateFiles(files, deps, await contentsOf(files));
  }

  get texts(): CertificateTexts {
    return this.#texts;
  }

  onRenewal(use: (renewed: CertificateTexts) => void): void {
    this.#use = use;
    const { clock } = this.#deps;
    const look = () => void this.#look().then(() => clock.after(LOOK_MS, look));
    clock.after(LOOK_MS, look);
  }

  async #look(): Promise<void> {
    if (!(await this.#haveChanged())) return;
    let problem = this.#renew();
    if (problem !== undefined) {
      await pause(this.#deps.clock, SETTLE_MS);
      await this.#haveChanged();
      problem = this.#renew();
    }
    if (problem !== undefined) this.#deps.log.warning(`${problem}. The former certificate stays in use`);
  }

  async #haveChanged(): Promise<boolean> {
    const contents = await contentsOf(this.#files);
    const haveChanged = contents !== this.#contents;
    this.#contents = contents;
    return haveChanged;
  }

  /** Answers the problem with the new files, if there is one. */
  #renew(): string | undefined {
    const { ca } = this.#texts;
    try {
      const renewed = readCertificate(this.#files);
      this.#use(renewed);
      this.#texts = renewed;
    } catch (error) {
      return error instanceof ConfigError ? error.problems.join('. ') : errorMessage(error);
    }
    const validTo = expiryOf(this.#texts);
    this.#deps.log.info('The certificate in TLS_CERT_FILE is renewed: new connections get it', { validTo });
    this.#warnIfExpired();
    if (ca !== this.#texts.ca && 'Deno' in globalThis) this.#deps.log.warning(RESUMED_ON_DENO);
    return undefined;
  }

  #warnIfExpired(): void {
    const warning = expiryWarning(this.#texts, this.#deps.clock.wallTime());
    if (warning !== undefined) this.#deps.log.warning(warning);
  }
}

/** Deno resumes the sessions of every context that the process has had (2.9), and checks no certificate again. */
const RESUMED_ON_DENO =
  'TLS_CLIENT_CA_FILE has changed, and Deno still lets clients of the former CA in that resume a session: restart the process';
