import * as z from 'zod';

/** A PEM text, or the file that holds one; `variable` is what people have to mend if it is wrong. */
export type PemSource = { readonly variable: string } & (
  | { readonly text: string }
  | { readonly path: string }
);

const PEMS = ['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'] as const;
const LOGIN = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
const TOKEN = ['KAFKA_SASL_OAUTH_TOKEN', 'KAFKA_SASL_OAUTH_TOKEN_COMMAND'] as const;

type Set = Readonly<Record<string, string | undefined>>;
type Pem = (typeof PEMS)[number];

const TRUE_OR_FALSE = z.stringbool({ error: 'must be true or false' });
const COMPRESSIONS = ['none', 'gzip', 'zstd'] as const;
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'] as const;

function pem(variable: Pem) {
  const error = `must be PEM text, which has a line -----BEGIN …; the path of a file is for ${variable}_FILE`;
  // Many platforms keep the line breaks of a variable as a backslash and an n.
  return z
    .string()
    .transform((text) => text.replaceAll(String.raw`\n`, '\n'))
    .pipe(z.string().regex(/^-----BEGIN /m, { error }))
    .optional();
}

/** How to talk to Kafka: what is compressed and encrypted, and who we are. */
export const kafkaFields = {
  KAFKA_COMPRESSION: z
    .enum(COMPRESSIONS, { error: `must be one of: ${COMPRESSIONS.join(', ')}` })
    .default('none'),
  KAFKA_SSL: TRUE_OR_FALSE.default(false),
  KAFKA_SSL_CA: pem('KAFKA_SSL_CA'),
  KAFKA_SSL_CA_FILE: z.string().optional(),
  KAFKA_SSL_CERT: pem('KAFKA_SSL_CERT'),
  KAFKA_SSL_CERT_FILE: z.string().optional(),
  KAFKA_SSL_KEY: pem('KAFKA_SSL_KEY'),
  KAFKA_SSL_KEY_FILE: z.string().optional(),
  KAFKA_SASL_MECHANISM: z
    .string()
    .toLowerCase()
    .pipe(z.enum(MECHANISMS, { error: `must be one of: ${MECHANISMS.join(', ')}` }))
    .optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  KAFKA_SASL_OAUTH_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, { error: 'must be a token: visible characters, no spaces' })
    .optional(),
  KAFKA_SASL_OAUTH_TOKEN_COMMAND: z.string().optional(),
};

const Fields = z.object(kafkaFields);

/** What contradicts itself among the variables that are set, one line each. */
export function kafkaProblems(set: Set): string[] {
  return [...sslProblems(set), ...saslProblems(set), ...brokerProblems(set)];
}

function sslProblems(set: Set): string[] {
  const problems: string[] = [];
  const withSsl = TRUE_OR_FALSE.safeParse(set['KAFKA_SSL']).data === true;
  const has = (name: Pem) => name in set || `${name}_FILE` in set;
  for (const name of PEMS) {
    const file = `${name}_FILE`;
    if (name in set && file in set) problems.push(`${name} and ${file} are both set: choose one of them`);
    if (has(name) && !withSsl) problems.push(`${name in set ? name : file} needs KAFKA_SSL to be true`);
  }
  const pairs = [
    ['KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'],
    ['KAFKA_SSL_KEY', 'KAFKA_SSL_CERT'],
  ] as const;
  for (const [one, other] of pairs) {
    if (has(one) && !has(other))
      problems.push(`${one in set ? one : `${one}_FILE`} needs ${other} or ${other}_FILE to be set`);
  }
  return problems;
}

function saslProblems(set: Set): string[] {
  const given = (names: readonly string[]) => names.filter((name) => name in set);
  if (set['KAFKA_SASL_MECHANISM']?.toLowerCase() === 'oauthbearer') {
    const tokens = given(TOKEN);
    if (tokens.length === 2) return [`${tokens.join(' and ')} are both set: choose one of them`];
    if (tokens.length === 0)
      return [`KAFKA_SASL_MECHANISM=oauthbearer needs ${TOKEN.join(' or ')} to be set`];
    return given(LOGIN).map((name) => `${name} has no use with KAFKA_SASL_MECHANISM=oauthbearer: unset one`);
  }
  const problems = given(TOKEN).map((name) => `${name} needs KAFKA_SASL_MECHANISM to be oauthbearer`);
  const all = ['KAFKA_SASL_MECHANISM', ...LOGIN];
  const present = given(all);
  if (present.length === 0 || present.length === all.length) return problems;
  const missing = all.filter((name) => !(name in set));
  return [...problems, `${missing.join(' and ')} must be set with ${present.join(' and ')}`];
}

function brokerProblems(set: Set): string[] {
  if ('KAFKA_BROKERS' in set) return [];
  const names = Object.keys(kafkaFields).filter((name) => name in set);
  return names.map((name) => `${name} needs KAFKA_BROKERS to be set`);
}

/** The same, for a driver; files are still to be read, and commands to be run. */
export function readKafka(env: z.infer<typeof Fields>) {
  return {
    compression: env.KAFKA_COMPRESSION,
    ssl: env.KAFKA_SSL,
    pem: {
      ca: readPem(env, 'KAFKA_SSL_CA'),
      cert: readPem(env, 'KAFKA_SSL_CERT'),
      key: readPem(env, 'KAFKA_SSL_KEY'),
    },
    sasl: readSasl(env),
  };
}

function readPem(env: z.infer<typeof Fields>, name: Pem): PemSource | undefined {
  const text = env[name];
  if (text !== undefined) return { variable: name, text };
  const path = env[`${name}_FILE`];
  return path === undefined ? undefined : { variable: `${name}_FILE`, path };
}

function readSasl(env: z.infer<typeof Fields>) {
  const { KAFKA_SASL_OAUTH_TOKEN: token, KAFKA_SASL_OAUTH_TOKEN_COMMAND: command } = env;
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = env;
  if (mechanism === 'oauthbearer') {
    if (token !== undefined) return { mechanism, token };
    return command === undefined ? undefined : { mechanism, command };
  }
  return mechanism && username && password ? { mechanism, username, password } : undefined;
}
