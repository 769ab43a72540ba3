import { OF_BODY, ok, problems, queryParameter } from '../openapi/responses.ts';
import type { Operation, Paths } from '../openapi/types.ts';

const object = { type: 'object' };
const operation = (summary: string, over: Partial<Operation> = {}): Operation => ({
  tags: ['Operators'],
  summary,
  responses: { 200: ok(object, 'Done'), ...problems(['unauthorized', 'forbidden', 'invalid-request']) },
  ...over,
});

const one = {
  get: operation('A circuit, with its cause'),
  put: operation('Hold a circuit open or closed, or give it back', {
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['mode', 'by', 'reason'],
            additionalProperties: false,
            properties: {
              mode: { enum: ['auto', 'forced-open', 'forced-closed'] },
              by: { type: 'string', minLength: 1, maxLength: 100 },
              reason: { type: 'string', minLength: 1, maxLength: 200 },
            },
          },
          examples: { auto: { value: { mode: 'auto', by: 'ana', reason: 'Kafka is back' } } },
        },
      },
    },
    responses: {
      200: ok(object, 'The circuit, and how far the order has reached'),
      ...problems([...OF_BODY, 'not-json', 'unauthorized', 'forbidden', 'invalid-request', 'malformed']),
    },
  }),
} as const;

const WHICH = [
  queryParameter('id', 'Id of a dead letter; may be repeated', { type: 'array', items: { type: 'string' } }),
  queryParameter('all', '`true`: all of them', { enum: ['true'] }),
];

/** Operators’ operations, which are the same on either port. */
export const adminPaths: Paths = {
  '/admin/circuits': { get: operation('Both circuits, with their causes') },
  '/admin/circuits/kafka': one,
  '/admin/circuits/redis': one,
  '/admin/fallback': { get: operation('The size of the fallback list, and its bounds') },
  '/admin/dead-letters': {
    get: operation('A page of the dead letters', {
      parameters: [
        queryParameter('limit', 'How many', { type: 'integer', minimum: 1, maximum: 500 }),
        queryParameter('after', 'Id of the last one of the page before'),
      ],
    }),
    post: operation('Queue dead letters again', { parameters: WHICH }),
    delete: operation('Discard dead letters for good', { parameters: WHICH }),
  },
};
