import * as z from 'zod';
import { field } from './fields.ts';

const REDIS = /^rediss?:\/\/([^/@]*@)?[^/@,]+((\/\d*)?(\?.*)?|(,[^/@,]+)+)$/;
const URL_ERROR = 'must be the address of the REST API, as in https://name.upstash.io; http:// is allowed';

/** Variables of Redis: over its own protocol, or over Upstash's REST API. */
export const redisFields = {
  REDIS_URL: field(
    {
      unset: 'none',
      words:
        '`redis://[user:password@]host:port[/db]`, or `rediss://` for TLS. For a Redis Cluster, name several nodes, separated by commas. Sentinel is not supported. Needed, unless `UPSTASH_REDIS_REST_URL` or `EMBEDDED=redis` is set',
    },
    z
      .string()
      .regex(REDIS, {
        error:
          'must be redis://host:port or rediss://host:port, with /number for a database, or redis://host:port,host:port for a cluster; Sentinel is not supported',
      })
      .optional(),
  ),
  UPSTASH_REDIS_REST_URL: field(
    {
      unset: 'none',
      words:
        'The address of the REST API of Upstash, instead of `REDIS_URL`. There the list is full at about 80 MB',
    },
    z
      .string()
      .regex(/^https?:\/\/[^\s/?#@]+\/?$/, { error: URL_ERROR })
      .refine((url) => URL.canParse(url), { error: URL_ERROR })
      .optional(),
  ),
  UPSTASH_REDIS_REST_TOKEN: field(
    { unset: 'none', words: 'The token of that API' },
    z
      .string()
      .regex(/^[\x21-\x7e]+$/, { error: 'must be the token of the REST API, with no spaces in it' })
      .optional(),
  ),
};

const PAIR = ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'] as const;

/** Contradictions among the variables, one line for each problem to fix. */
export function redisProblems(set: Readonly<Record<string, string | undefined>>): string[] {
  const [given, missing] = [PAIR.filter((name) => name in set), PAIR.filter((name) => !(name in set))];
  if (given.length === 0) return [];
  if ('REDIS_URL' in set) return [`REDIS_URL and ${given.join(', ')} are both set: choose one of them`];
  return missing.map((name) => `${name} must be set with ${given.join()}`);
}

export interface UpstashConfig {
  readonly url: string;
  readonly token: string;
}

const Fields = z.object(redisFields);

/** Settings of Redis over Upstash's REST API; undefined unless both the address and the token are set. */
export function readUpstash(env: z.infer<typeof Fields>): UpstashConfig | undefined {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = env;
  return url && token ? { url, token } : undefined;
}
