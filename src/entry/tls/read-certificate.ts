import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { errorMessage } from '../../common/error-message.ts';
import { ConfigError } from '../../config/config.ts';
import type { TlsConfig } from '../../config/tls.ts';
import type { CertificateTexts } from '../http1/certificate.ts';
import { secureContext } from '../http1/tls-sockets.ts';
import { readPems } from '../pem.ts';

/** Reads and validates the files. Throws a `ConfigError` that names the variables to fix. */
export function readCertificate({ certFile, keyFile, clientCaFile }: TlsConfig): CertificateTexts {
  const texts = readPems({
    cert: { variable: 'TLS_CERT_FILE', path: certFile },
    key: { variable: 'TLS_KEY_FILE', path: keyFile },
    ca: clientCaFile === undefined ? undefined : { variable: 'TLS_CLIENT_CA_FILE', path: clientCaFile },
  });
  try {
    createSecureContext(secureContext(texts));
  } catch (error) {
    throw new ConfigError([
      `TLS_CERT_FILE and TLS_KEY_FILE can't be used by this runtime: ${errorMessage(error)}`,
    ]);
  }
  return texts;
}

/** What the files hold, to be compared. A file that can't be read holds nothing. */
export async function contentsOf({ certFile, keyFile, clientCaFile }: TlsConfig): Promise<string> {
  const paths = [certFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])];
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')));
  return texts.join('\0');
}

/** The end of the certificate's validity, as in `Nov 29 06:50:00 2026 GMT`. */
export function expiryOf({ cert = '' }: CertificateTexts): string {
  return new X509Certificate(cert).validTo;
}

/** Warning of a certificate that has expired; undefined for another. */
export function expiryWarning(texts: CertificateTexts, wallTime: number): string | undefined {
  const validTo = expiryOf(texts);
  if (Date.parse(validTo) >= wallTime) return undefined;
  return `TLS_CERT_FILE names a certificate that clients refuse: it was valid until ${validTo}`;
}
