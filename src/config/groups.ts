import { accessFields } from './access-fields.ts';
import { circuitFields } from './circuit-fields.ts';
import { embeddedFields } from './embedded.ts';
import { fallbackFields } from './fallback-fields.ts';
import { kafkaFields } from './kafka-fields.ts';
import { restFields } from './kafka-rest.ts';
import { messageFields } from './message-fields.ts';
import { processFields } from './process-fields.ts';
import { redisFields } from './redis.ts';
import { tlsFields } from './tls.ts';

/** All environment variables, in the groups of `docs/configuration.md`. */
export const groups = {
  Kafka: kafkaFields,
  'Kafka over HTTP': restFields,
  Redis: redisFields,
  'Embedded parts': embeddedFields,
  'Messages and limits': messageFields,
  Access: accessFields,
  Circuits: circuitFields,
  'Fallback list': fallbackFields,
  'TLS for clients': tlsFields,
  Process: processFields,
};
