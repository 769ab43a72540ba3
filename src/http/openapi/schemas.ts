import * as z from 'zod';
import { Fields } from '../../message/fields.ts';
import { type JsonSchema, ref } from './types.ts';

const text = { type: 'string' };
const whole = { type: 'integer' };
const errors = {
  type: 'array',
  items: { type: 'object', required: ['path', 'message'], properties: { path: text, message: text } },
};

/** Schemas that several operations share. */
export function sharedSchemas(topics: ReadonlySet<string>): Readonly<Record<string, JsonSchema>> {
  const { $schema: _, properties, ...message } = z.toJSONSchema(Fields, { io: 'input' });
  return {
    Topic: { ...text, enum: [...topics] },
    Message: { ...message, required: ['value'], properties: { ...properties, topic: ref('Topic') } },
    Receipt,
    Batch,
    Problem,
    CloudEvent,
    KafkaRestError: {
      type: 'object',
      required: ['error_code', 'message'],
      properties: { error_code: whole, message: text },
    },
  };
}

const Receipt: JsonSchema = {
  description: 'What became of a message',
  type: 'object',
  required: ['id', 'status', 'topic'],
  properties: {
    id: text,
    status: {
      enum: ['published', 'queued', 'dead'],
      description: '`dead`: it was queued, can never be published, and waits for an operator',
    },
    topic: text,
    partition: { ...whole, description: 'Of a published message' },
    offset: { ...text, pattern: '^-?\\d+$', description: 'Of a published message: 64 bits, hence a string' },
    reason: { ...text, description: 'Why it is dead' },
    replayed: { const: true, description: 'In a batch: a message with this id was accepted before' },
  },
};

const BATCH_COUNTS = { published: whole, queued: whole, rejected: whole, unavailable: whole };

const Batch: JsonSchema = {
  description: 'What became of the messages of a request, in order',
  type: 'object',
  required: [...Object.keys(BATCH_COUNTS), 'items'],
  properties: {
    ...BATCH_COUNTS,
    items: {
      type: 'array',
      items: {
        anyOf: [
          ref('Receipt'),
          {
            type: 'object',
            required: ['status', 'error'],
            properties: { id: text, status: { enum: ['rejected', 'unavailable'] }, error: ref('Problem') },
          },
        ],
      },
    },
  },
};

const Problem: JsonSchema = {
  description:
    'Problem document (RFC 9457). `detail` says what to do. A batch of which nothing was accepted has its members too',
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { ...text, pattern: '^urn:spillway:problem:' },
    title: text,
    status: whole,
    detail: text,
    requestId: text,
    id: { ...text, description: 'Id of the message' },
    errors: { ...errors, description: 'What is wrong, field by field' },
    ...BATCH_COUNTS,
    items: { type: 'array' },
  },
};

const CloudEvent: JsonSchema = {
  description: 'An event in the JSON format of CloudEvents 1.0',
  type: 'object',
  required: ['specversion', 'id', 'source', 'type'],
  properties: {
    specversion: { const: '1.0' },
    id: { ...text, minLength: 1 },
    source: { ...text, minLength: 1, format: 'uri-reference' },
    type: { ...text, minLength: 1 },
    subject: text,
    time: { ...text, format: 'date-time' },
    datacontenttype: text,
    dataschema: { ...text, format: 'uri' },
    partitionkey: { ...text, description: 'Key of the record' },
    data: {},
    data_base64: { ...text, contentEncoding: 'base64' },
  },
};
