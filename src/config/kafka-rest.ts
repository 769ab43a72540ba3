import * as z from 'zod';
import { field, oneOf } from './fields.ts';

const URL_ERROR =
  'must be the address of the proxy, as in https://proxy.example.com:8082, without a user in it';
const DIALECTS = ['strimzi', 'confluent-v2', 'confluent-v3', 'redpanda'] as const;

/** Variables of Kafka over HTTP. */
export const restFields = {
  KAFKA_REST_URL: field(
    {
      unset: 'none',
      words:
        'The address of a proxy that takes records [over HTTP](operators/kafka-over-http.md), instead of `KAFKA_BROKERS`',
    },
    z
      .string()
      .regex(/^https?:\/\/[^\s?#@]+$/, { error: URL_ERROR })
      .refine((url) => URL.canParse(url), { error: URL_ERROR })
      .optional(),
  ),
  KAFKA_REST_DIALECT: field(
    {
      unset: 'none',
      words:
        'What the proxy speaks: `strimzi`, `confluent-v3`, `confluent-v2` or `redpanda`. The last two carry no headers. Needed with `KAFKA_REST_URL`',
    },
    oneOf(DIALECTS).optional(),
  ),
  KAFKA_REST_USERNAME: field(
    { unset: 'none', words: 'The user at the proxy (Basic authentication)' },
    z
      .string()
      .regex(/^[^:]+$/, { error: 'must be a name without colons, as HTTP has no form for them' })
      .optional(),
  ),
  KAFKA_REST_PASSWORD: field({ unset: 'none', words: 'The password of that user' }, z.string().optional()),
  KAFKA_REST_TOKEN: field(
    { unset: 'none', words: 'A bearer token for the proxy, instead of a user and a password' },
    z
      .string()
      .regex(/^[\x21-\x7e]+$/, { error: 'must be a token: visible characters, no spaces' })
      .optional(),
  ),
  KAFKA_REST_CLUSTER_ID: field(
    {
      unset: 'the one that the proxy names',
      words: 'The cluster in the paths of `confluent-v3`, and only there',
    },
    z
      .string()
      .regex(/^[\w-]+$/, { error: 'must be the id of a cluster: letters, digits, hyphens, underscores' })
      .optional(),
  ),
};

const LOGIN = ['KAFKA_REST_USERNAME', 'KAFKA_REST_PASSWORD'] as const;

/** Contradictions among the variables, one line for each problem to fix. */
export function restProblems(set: Readonly<Record<string, string | undefined>>): string[] {
  if (!('KAFKA_REST_URL' in set)) {
    const names = Object.keys(restFields).filter((name) => name in set);
    return names.map((name) => `${name} needs KAFKA_REST_URL to be set`);
  }
  const problems: string[] = [];
  if (!('KAFKA_REST_DIALECT' in set))
    problems.push(`KAFKA_REST_URL needs KAFKA_REST_DIALECT as well: ${DIALECTS.join(', ')}`);
  const login = LOGIN.filter((name) => name in set);
  if (login.length === 1) problems.push(`${LOGIN.join(' and ')} must be set together`);
  if (login.length > 0 && 'KAFKA_REST_TOKEN' in set)
    problems.push(`${login.join(', ')} and KAFKA_REST_TOKEN are both set: choose one of them`);
  if ('KAFKA_REST_CLUSTER_ID' in set && set['KAFKA_REST_DIALECT'] !== 'confluent-v3')
    problems.push('KAFKA_REST_CLUSTER_ID needs KAFKA_REST_DIALECT to be confluent-v3');
  return problems;
}

const Fields = z.object(restFields);

/** Settings of Kafka behind a REST proxy. */
export interface KafkaRestConfig {
  readonly url: string;
  readonly dialect: (typeof DIALECTS)[number];
  readonly auth:
    | { readonly kind: 'none' }
    | { readonly kind: 'basic'; readonly username: string; readonly password: string }
    | { readonly kind: 'bearer'; readonly token: string };
  /** Cluster id, of `confluent-v3` alone. Undefined: discovered from the proxy. */
  readonly clusterId: string | undefined;
}

/** The settings; undefined unless Kafka is reached over HTTP. */
export function readRest(env: z.infer<typeof Fields>): KafkaRestConfig | undefined {
  const { KAFKA_REST_URL: url, KAFKA_REST_DIALECT: dialect, KAFKA_REST_CLUSTER_ID: clusterId } = env;
  return url && dialect ? { url, dialect, auth: readAuth(env), clusterId } : undefined;
}

function readAuth(env: z.infer<typeof Fields>): KafkaRestConfig['auth'] {
  const { KAFKA_REST_USERNAME: username, KAFKA_REST_PASSWORD: password, KAFKA_REST_TOKEN: token } = env;
  if (token) return { kind: 'bearer', token };
  return username && password ? { kind: 'basic', username, password } : { kind: 'none' };
}
