import * as z from 'zod';
import { field, list } from './fields.ts';

type Set = Readonly<Record<string, string | undefined>>;

/** Parts that a process may have embedded, as files in `DATA_DIR`. */
export const PARTS = ['kafka', 'redis'] as const;
export type Part = (typeof PARTS)[number];

/** Variables that name the real service of a part. */
const REAL = {
  kafka: ['KAFKA_BROKERS', 'KAFKA_REST_URL'],
  redis: ['REDIS_URL', 'UPSTASH_REDIS_REST_URL'],
} as const satisfies Record<Part, readonly string[]>;

const PLACE = { kafka: 'a log in local files', redis: 'a list in local files' };

/** Variables of the embedded parts. */
export const embeddedFields = {
  EMBEDDED: field(
    {
      unset: 'none',
      words:
        'Parts that run in the process, as files in `DATA_DIR`, for development: `kafka`, `redis` or `kafka,redis`. Each part is either embedded or real. `bun dev` embeds what is not real',
    },
    list(/^(kafka|redis)$/, 'kafka or redis').optional(),
  ),
  DATA_DIR: field({ words: 'The directory of the embedded parts' }, z.string().default('./data')),
};

const asksFor = (set: Set, part: Part) =>
  (set['EMBEDDED'] ?? '').split(',').some((name) => name.trim() === part);

const namesReal = (set: Set, part: Part) => REAL[part].some((name) => set[name]);

/** Parts without a real service: those that the dev tasks embed. */
export function unnamedParts(set: Set): Part[] {
  return PARTS.filter((part) => !namesReal(set, part));
}

/** Refusals for the needed parts that are neither real nor embedded, one line each. */
export function missingParts(set: Set, needs: readonly Part[]): string[] {
  // Contradictions tell of Deno Deploy, where nothing can be embedded.
  if ('DENO_DEPLOY' in set) return [];
  const missing = needs.filter((part) => !namesReal(set, part) && !asksFor(set, part));
  return missing.map(
    (part) =>
      `${REAL[part].join(' or ')} must be set; EMBEDDED=${part} takes ${PLACE[part]} instead, for development`,
  );
}

/** Contradictions between `EMBEDDED` and other variables, one line each. */
export function embeddedProblems(set: Set): string[] {
  const problems = PARTS.filter((part) => asksFor(set, part)).flatMap((part) =>
    REAL[part]
      .filter((name) => name in set)
      .map((name) => `EMBEDDED=${part} and ${name} are both set: choose one of them`),
  );
  if (asksFor(set, 'redis') && set['BACKFILL'] === 'off')
    problems.push(
      'EMBEDDED=redis and BACKFILL=off contradict each other: the list is in files of the API, which has to drain it itself',
    );
  if (PARTS.some((part) => asksFor(set, part)) && Number(set['PROCESSES']) > 1)
    problems.push(
      'EMBEDDED and PROCESSES contradict each other: the files of an embedded part are for one process',
    );
  return problems;
}

/** Warnings for embedded parts: what they are not. */
export function embeddedWarnings(parts: readonly Part[], dataDir: string): string[] {
  const words = {
    kafka: `Kafka is embedded: messages go to files in ${dataDir}, and to no broker. For development only; set KAFKA_BROKERS or KAFKA_REST_URL`,
    redis: `The list is embedded: messages are parked in files in ${dataDir}, and in no Redis. For development only; set REDIS_URL or UPSTASH_REDIS_REST_URL`,
  };
  return parts.map((part) => words[part]);
}

/** The parts that `EMBEDDED` names. */
export function readEmbedded(names: readonly string[] = []): Part[] {
  return PARTS.filter((part) => names.includes(part));
}
