import { type ProblemCode, statusOf, titleOf } from '../problems.ts';
import { type ApiResponse, type JsonSchema, type Parameter, ref } from './types.ts';

const text = { type: 'string' };
const header = (description: string, schema: JsonSchema = text) => ({ description, schema });

const RETRY_AFTER = {
  'Retry-After': header('Seconds to wait before the next attempt', { type: 'string', pattern: '^\\d+$' }),
};
/** Headers that come with a status. */
const HEADERS: Readonly<Record<number, ApiResponse['headers']>> = {
  401: { 'WWW-Authenticate': header('How to authenticate') },
  405: { Allow: header('The methods of this path') },
  429: RETRY_AFTER,
  503: RETRY_AFTER,
};

/** Problems of any request, whatever it is for: the server’s own, and those of HTTP itself. */
const OF_HTTP = [
  'malformed',
  'too-slow',
  'method-not-allowed',
  'expectation-failed',
  'head-too-large',
  'internal',
  'not-implemented',
  'version-not-supported',
  'unavailable',
] as const;

/** Problems of any request with a body that `readBody` reads. */
export const OF_BODY = ['cut-off', 'too-large', 'unsupported-media-type'] as const;
/** Problems of any request with messages. */
export const OF_MESSAGES = [
  ...OF_BODY,
  'not-json',
  'unauthorized',
  'forbidden',
  'in-flight',
  'invalid-message',
  'id-taken',
  'limited',
] as const;

type Form = 'problem' | 'kafka-rest';

/** Responses for these problems and those of HTTP itself, by status. */
export function problems(codes: readonly ProblemCode[], form: Form = 'problem'): Record<string, ApiResponse> {
  const byStatus = Map.groupBy([...new Set([...codes, ...OF_HTTP])], statusOf);
  const content =
    form === 'problem'
      ? { 'application/problem+json': { schema: ref('Problem') } }
      : {
          'application/vnd.kafka.v2+json': { schema: ref('KafkaRestError') },
          'application/json': { schema: ref('KafkaRestError') },
          'application/problem+json': { schema: ref('Problem') },
        };
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [
      String(status),
      {
        description: of.map((code) => `\`${code}\`: ${titleOf(code)}`).join('. '),
        ...(HEADERS[status] ? { headers: HEADERS[status] } : {}),
        content,
      },
    ]),
  );
}

const FALLBACK_MODE = {
  'X-Fallback-Mode': header('`true` where the fallback list holds a message, since Kafka is away', {
    const: 'true',
  }),
};

/** Response to one message. */
export const ACCEPTED: ApiResponse = {
  description: 'The message was accepted: Kafka has acknowledged it, or the fallback list holds it',
  headers: {
    ...FALLBACK_MODE,
    Location: header('Where its receipt is, if it is kept'),
    'Idempotency-Replayed': header('`true` where a message with this id was accepted before', {
      const: 'true',
    }),
    RateLimit: header('What is left of the client’s limit, where there is one'),
    'RateLimit-Policy': header('The client’s limit, where there is one'),
  },
  content: { 'application/json': { schema: ref('Receipt') } },
};

/** Responses to several messages. */
export const BATCH_ACCEPTED = {
  202: {
    description: 'All messages were accepted',
    headers: FALLBACK_MODE,
    content: { 'application/json': { schema: ref('Batch') } },
  },
  207: {
    description: 'Some messages were accepted: send the others again, or fix them',
    headers: { ...FALLBACK_MODE, ...RETRY_AFTER },
    content: { 'application/json': { schema: ref('Batch') } },
  },
} as const satisfies Record<string, ApiResponse>;

export const ok = (schema: JsonSchema, description: string, type = 'application/json'): ApiResponse => ({
  description,
  content: { [type]: { schema } },
});

export const pathParameter = (
  name: string,
  description: string,
  schema: JsonSchema,
  example: string,
): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema,
  example,
});

export const queryParameter = (name: string, description: string, schema: JsonSchema = text): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});

export const TOPIC_PARAMETER = pathParameter('topic', 'Topic of Kafka', ref('Topic'), 'messages');
export const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Id of the message, in place of the field `id`',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
};
