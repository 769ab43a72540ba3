import { embeddedProblems } from './embedded.ts';
import { kafkaProblems } from './kafka-problems.ts';
import { restProblems } from './kafka-rest.ts';
import { redisProblems } from './redis.ts';
import { tlsProblems } from './tls.ts';

/** Contradictions among the variables that are set, one line each. */
export function contradictions(set: Readonly<Record<string, string | undefined>>): string[] {
  const problems: string[] = [];
  const exclude = (one: string, other: string) => {
    if (one in set && other in set) problems.push(`${one} and ${other} are both set: choose one of them`);
  };
  exclude('KAFKA_BROKERS', 'KAFKA_REST_URL');
  const together = (one: string, other: string) => {
    if (one in set && !(other in set)) problems.push(`${one} needs ${other} as well`);
  };
  together('RATE_LIMIT_MAX', 'RATE_LIMIT_WINDOW_SECONDS');
  together('RATE_LIMIT_WINDOW_SECONDS', 'RATE_LIMIT_MAX');
  // Set by Deno Deploy, where nothing embedded outlives an instance.
  if ('DENO_DEPLOY' in set) {
    if ('EMBEDDED' in set) problems.push('Deno Deploy keeps no files: EMBEDDED has no use there, unset it');
    const need = (names: readonly string[], what: string) => {
      if (!names.some((name) => name in set))
        problems.push(`Deno Deploy keeps no files: ${what} must be set`);
    };
    need(['KAFKA_BROKERS', 'KAFKA_REST_URL'], 'KAFKA_BROKERS or KAFKA_REST_URL');
    need(['REDIS_URL', 'UPSTASH_REDIS_REST_URL'], 'REDIS_URL or UPSTASH_REDIS_REST_URL');
  }
  return [
    ...problems,
    ...embeddedProblems(set),
    ...kafkaProblems(set),
    ...restProblems(set),
    ...redisProblems(set),
    ...tlsProblems(set),
  ];
}
