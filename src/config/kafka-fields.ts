import * as z from 'zod';
import { field, list } from './fields.ts';

/** `host:port` without IPv6 literals: KafkaJS takes no address with colons in it. */
const BROKER = /^[^\s,:/]+:\d{1,5}$/;
const COMPRESSIONS = ['none', 'gzip', 'zstd'] as const;
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'] as const;

export const TRUE_OR_FALSE = z.stringbool({ error: 'must be true or false' });

export type Pem = 'KAFKA_SSL_CA' | 'KAFKA_SSL_CERT' | 'KAFKA_SSL_KEY';

function pem(variable: Pem) {
  const error = `must be PEM text, which has a line -----BEGIN …; the path of a file is for ${variable}_FILE`;
  // Many platforms keep the line breaks of a variable as `\n`.
  return z
    .string()
    .transform((text) => text.replaceAll(String.raw`\n`, '\n'))
    .pipe(z.string().regex(/^-----BEGIN /m, { error }))
    .optional();
}

/** Variables of Kafka's own protocol: brokers, compression, encryption and authentication. */
export const kafkaFields = {
  KAFKA_BROKERS: field(
    {
      unset: 'none',
      words:
        'The brokers as `host:port`, separated by commas. Needed, unless `KAFKA_REST_URL` or `EMBEDDED=kafka` is set',
    },
    list(
      BROKER,
      'host:port with a port up to 65535, the host a name or an IPv4 address',
      (broker) => Number(broker.split(':')[1]) <= 65_535,
    ).optional(),
  ),
  KAFKA_COMPRESSION: field(
    { words: 'How records are compressed: `none`, `gzip` or `zstd`' },
    z.enum(COMPRESSIONS, { error: `must be one of: ${COMPRESSIONS.join(', ')}` }).default('none'),
  ),
  KAFKA_SSL: field(
    { words: '`true` encrypts the connections to the brokers with TLS' },
    TRUE_OR_FALSE.default(false),
  ),
  KAFKA_SSL_CA: field(
    {
      unset: "the runtime's own",
      words: 'The certificate of the one CA to trust instead of those that the runtime trusts, as PEM text',
    },
    pem('KAFKA_SSL_CA'),
  ),
  KAFKA_SSL_CA_FILE: field(
    { unset: "the runtime's own", words: 'The same, as the path of a file that is read at the start' },
    z.string().optional(),
  ),
  KAFKA_SSL_CERT: field(
    { unset: 'none', words: 'The client certificate, for brokers that ask for one, as PEM text' },
    pem('KAFKA_SSL_CERT'),
  ),
  KAFKA_SSL_CERT_FILE: field(
    { unset: 'none', words: 'The same, as the path of a file that is read at the start' },
    z.string().optional(),
  ),
  KAFKA_SSL_KEY: field(
    { unset: 'none', words: 'The key of the client certificate, as PEM text' },
    pem('KAFKA_SSL_KEY'),
  ),
  KAFKA_SSL_KEY_FILE: field(
    { unset: 'none', words: 'The same, as the path of a file that is read at the start' },
    z.string().optional(),
  ),
  KAFKA_SASL_MECHANISM: field(
    {
      unset: 'none',
      words: 'How to log in to the brokers: `plain`, `scram-sha-256`, `scram-sha-512` or `oauthbearer`',
    },
    z
      .string()
      .toLowerCase()
      .pipe(z.enum(MECHANISMS, { error: `must be one of: ${MECHANISMS.join(', ')}` }))
      .optional(),
  ),
  KAFKA_SASL_USERNAME: field(
    { unset: 'none', words: 'The user, for every mechanism but `oauthbearer`' },
    z.string().optional(),
  ),
  KAFKA_SASL_PASSWORD: field(
    { unset: 'none', words: 'The password, for every mechanism but `oauthbearer`' },
    z.string().optional(),
  ),
  KAFKA_SASL_OAUTH_TOKEN: field(
    { unset: 'none', words: 'The token, for `oauthbearer`' },
    z
      .string()
      .regex(/^[\x21-\x7e]+$/, { error: 'must be a token: visible characters, no spaces' })
      .optional(),
  ),
  KAFKA_SASL_OAUTH_TOKEN_COMMAND: field(
    {
      unset: 'none',
      words:
        "Instead of a token, the shell command that prints one within 10 s. It runs again before the token's `exp`, or after a minute if the token has none",
    },
    z.string().optional(),
  ),
};
