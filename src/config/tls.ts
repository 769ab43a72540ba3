import * as z from 'zod';
import { field } from './fields.ts';

/** Files of the certificate that clients are shown. They have yet to be read. */
export interface TlsConfig {
  readonly certFile: string;
  readonly keyFile: string;
  /** CA of the clients: one without a certificate of its is refused. Undefined: none is asked for. */
  readonly clientCaFile: string | undefined;
}

/** Variables of TLS on the listener of the API. */
export const tlsFields = {
  TLS_CERT_FILE: field(
    {
      unset: 'plain HTTP',
      words:
        'The file with the certificate of the API as PEM text, and the intermediate ones after it. With it and `TLS_KEY_FILE`, `PORT` speaks [HTTPS](operators/runtimes.md#tls). The files are read again when they change',
    },
    z.string().optional(),
  ),
  TLS_KEY_FILE: field(
    { unset: 'plain HTTP', words: 'The file with the key of that certificate, without a passphrase' },
    z.string().optional(),
  ),
  TLS_CLIENT_CA_FILE: field(
    {
      unset: 'no certificate is asked for',
      words:
        'The file with one or more CAs, as PEM text. Clients without a certificate of theirs are refused, those of `/health/*` and `/metrics` included (mutual TLS)',
    },
    z.string().optional(),
  ),
};

type Fields = z.infer<z.ZodObject<typeof tlsFields>>;
type Set = Readonly<Record<string, string | undefined>>;

const NAMES = Object.keys(tlsFields);

/** Contradictions among the variables that are set, one line each. */
export function tlsProblems(set: Set): string[] {
  const present = NAMES.filter((name) => name in set);
  // Set by Deno Deploy, which ends TLS itself.
  if ('DENO_DEPLOY' in set)
    return present.map(
      (name) => `${name} has no use on Deno Deploy, which does TLS itself and keeps no files: unset it`,
    );
  const missing = ['TLS_CERT_FILE', 'TLS_KEY_FILE'].filter((name) => !(name in set));
  if (present.length === 0 || missing.length === 0) return [];
  return [`${missing.join(' and ')} must be set with ${present.join(' and ')}`];
}

/** The settings; undefined unless there are a certificate and a key. */
export function readTls(env: Fields): TlsConfig | undefined {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, TLS_CLIENT_CA_FILE: clientCaFile } = env;
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile, clientCaFile };
}
