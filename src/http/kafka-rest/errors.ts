import type { MiddlewareHandler } from 'hono';
import type { Refused } from '../accept-items.ts';
import type { Answer } from '../answer.ts';
import type { ProblemCode } from '../problems.ts';

/** Errors in the form of the Kafka REST family: `{"error_code", "message"}`, by Confluent's REST Proxy. */

const V2_TYPE = 'application/vnd.kafka.v2+json';

/** Numbers of that family for our problems. The others have the number of their status. */
const NUMBERS: Partial<Record<ProblemCode, number>> = {
  unauthorized: 40_101,
  forbidden: 40_301,
  'invalid-message': 42_206,
  limited: 42_901,
  internal: 50_002,
  unavailable: 50_003,
};

/** Number of a problem that a record has, or a request. */
export function errorNumber(code: ProblemCode, status: number): number {
  return NUMBERS[code] ?? status;
}

/** What is told of a record that was not accepted. */
export function errorText({ detail, members }: Refused): string {
  const errors = members.errors?.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return errors ? errors.join('; ') : detail;
}

export function kafkaRestError(status: number, error_code: number, message: string): Answer {
  const headers = { 'Content-Type': 'application/json' };
  return { status, headers, body: JSON.stringify({ error_code, message }) };
}

export const TOPIC_NOT_FOUND = kafkaRestError(404, 40_401, 'Topic not found.');
export const PARTITION_NOT_FOUND = kafkaRestError(404, 40_402, 'Partition not found.');
export const KAFKA_AWAY: Answer = {
  ...kafkaRestError(503, 50_003, 'Kafka is unavailable: try again'),
  headers: { 'Content-Type': 'application/json', 'Retry-After': '1' },
};

/** Middleware that puts problem documents into that form, and gives answers their media type. */
export const inKafkaRestForm: MiddlewareHandler = async (c, next) => {
  await next();
  const isV2 = !c.req.path.startsWith('/v3/');
  const type = c.res.headers.get('Content-Type') ?? '';
  if (type.startsWith('application/problem+json')) {
    const problem = (await c.res.json()) as {
      type: string;
      status: number;
      detail: string;
      errors?: FieldErrors;
    };
    const code = problem.type.slice(problem.type.lastIndexOf(':') + 1) as ProblemCode;
    const message = errorText({ kind: 'problem', code, detail: problem.detail, members: problem });
    const body = JSON.stringify({ error_code: errorNumber(code, problem.status), message });
    c.res = new Response(body, { status: problem.status, headers: c.res.headers });
    c.res.headers.set('Content-Type', isV2 ? V2_TYPE : 'application/json');
  } else if (isV2) c.res.headers.set('Content-Type', V2_TYPE);
};

type FieldErrors = Refused['members']['errors'] & object;
