import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Config, ConfigError } from '../config/config.ts';

type Pems = NonNullable<Config['kafka']>['pem'];
type Source = NonNullable<Pems['ca']>;

/**
 * Reads and validates the certificates in the settings. Throws a `ConfigError` that names the variables to
 * fix.
 */
export function readPems(pem: Pems) {
  const problems: string[] = [];
  const attempt = <T>(source: Source | undefined, read: (text: string) => T) => {
    try {
      if (source) return read('text' in source ? source.text : readFileSync(source.path, 'utf8'));
    } catch (error) {
      problems.push(`${source?.variable} ${problem(error, source)}`);
    }
    return undefined;
  };
  const ca = attempt(pem.ca, toCertificate);
  const cert = attempt(pem.cert, toCertificate);
  const key = attempt(pem.key, toKey);
  if (cert && key && !cert.parsed.checkPrivateKey(key.parsed))
    problems.push(`${pem.key?.variable} is not the key of the certificate in ${pem.cert?.variable}`);
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...(ca ? { ca: ca.text } : {}),
    ...(cert && key ? { cert: cert.text, key: key.text } : {}),
  };
}

const toCertificate = (text: string) => ({ text, parsed: new X509Certificate(text) });
const toKey = (text: string) => ({ text, parsed: createPrivateKey(text) });

/** Never contains the text, which may be a secret. */
function problem(error: unknown, source: Source | undefined): string {
  const { syscall, code } = error as NodeJS.ErrnoException;
  if (syscall) return `names a file that can't be read: ${code}`;
  const where = source && 'path' in source ? 'names a file that holds' : 'holds';
  return `${where} no PEM text that can be used: certificates, or a key without a passphrase`;
}
