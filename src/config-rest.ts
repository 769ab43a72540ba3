import * as z from 'zod';
import { oneOf } from './config-fields.ts';

const URL_ERROR =
  'must be the address of the proxy, as in https://proxy.example.com:8082, without a user in it';
const DIALECTS = ['strimzi', 'confluent-v2', 'confluent-v3', 'redpanda'] as const;

/** The variables of Kafka over HTTP. */
export const restFields = {
  KAFKA_REST_URL: z
    .string()
    .regex(/^https?:\/\/[^\s?#@]+$/, { error: URL_ERROR })
    .refine((url) => URL.canParse(url), { error: URL_ERROR })
    .optional(),
  KAFKA_REST_DIALECT: oneOf(DIALECTS).optional(),
  KAFKA_REST_USERNAME: z
    .string()
    .regex(/^[^:]+$/, { error: 'must be a name without colons, as HTTP has no form for them' })
    .optional(),
  KAFKA_REST_PASSWORD: z.string().optional(),
  KAFKA_REST_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, { error: 'must be a token: visible characters, no spaces' })
    .optional(),
  KAFKA_REST_CLUSTER_ID: z
    .string()
    .regex(/^[\w-]+$/, { error: 'must be the id of a cluster: letters, digits, hyphens, underscores' })
    .optional(),
};

const LOGIN = ['KAFKA_REST_USERNAME', 'KAFKA_REST_PASSWORD'] as const;

/** What contradicts, one line for each thing to mend. */
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

/** Undefined unless Kafka is to be reached over HTTP. */
export function readRest(env: z.infer<typeof Fields>) {
  const { KAFKA_REST_URL: url, KAFKA_REST_DIALECT: dialect, KAFKA_REST_CLUSTER_ID: clusterId } = env;
  return url && dialect ? { url, dialect, auth: readAuth(env), clusterId } : undefined;
}

function readAuth(env: z.infer<typeof Fields>) {
  const { KAFKA_REST_USERNAME: username, KAFKA_REST_PASSWORD: password, KAFKA_REST_TOKEN: token } = env;
  if (token) return { kind: 'bearer', token } as const;
  return username && password
    ? ({ kind: 'basic', username, password } as const)
    : ({ kind: 'none' } as const);
}
