import * as z from 'zod';

const URL_ERROR = 'must be the address of the REST API, as in https://name.upstash.io; http:// is allowed';

/** The variables of Redis over Upstash's REST API. */
export const upstashFields = {
  UPSTASH_REDIS_REST_URL: z
    .string()
    .regex(/^https?:\/\/[^\s/?#@]+\/?$/, { error: URL_ERROR })
    .refine((url) => URL.canParse(url), { error: URL_ERROR })
    .optional(),
  UPSTASH_REDIS_REST_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, { error: 'must be the token of the REST API, with no spaces in it' })
    .optional(),
};

const PAIR = ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'] as const;

/** What contradicts, one line for each thing to mend. */
export function upstashProblems(set: Readonly<Record<string, string | undefined>>): string[] {
  const [given, missing] = [PAIR.filter((name) => name in set), PAIR.filter((name) => !(name in set))];
  if (given.length === 0) return [];
  if ('REDIS_URL' in set) return [`REDIS_URL and ${given.join(', ')} are both set: choose one of them`];
  return missing.map((name) => `${name} must be set with ${given.join()}`);
}

const Fields = z.object(upstashFields);

/** Both, or undefined. */
export function readUpstash(env: z.infer<typeof Fields>): { url: string; token: string } | undefined {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = env;
  return url && token ? { url, token } : undefined;
}
