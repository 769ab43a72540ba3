import { kafkaFields, type Pem, TRUE_OR_FALSE } from './kafka-fields.ts';

const PEMS = ['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'] as const satisfies readonly Pem[];
const LOGIN = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
const TOKEN = ['KAFKA_SASL_OAUTH_TOKEN', 'KAFKA_SASL_OAUTH_TOKEN_COMMAND'] as const;

type Set = Readonly<Record<string, string | undefined>>;

/** Contradictions among the variables that are set, one line each. */
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
