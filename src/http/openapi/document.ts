import { adminPaths } from '../routes/admin-paths.ts';
import { eventsPaths } from '../routes/events.ts';
import { healthPaths } from '../routes/health.ts';
import { kafkaRestV2Paths } from '../routes/kafka-rest-v2.ts';
import { kafkaRestV3Paths } from '../routes/kafka-rest-v3.ts';
import { messagesPaths } from '../routes/messages.ts';
import { metricsPaths } from '../routes/metrics.ts';
import { openApiPaths } from '../routes/openapi.ts';
import { rawPaths } from '../routes/raw.ts';
import { receiptsPaths } from '../routes/receipts.ts';
import { sharedSchemas } from './schemas.ts';
import { type OpenApiDocument, type Paths, TAGS } from './types.ts';

export interface DocumentOptions {
  readonly topics: ReadonlySet<string>;
  /** Whether clients need a key. */
  readonly hasKeys: boolean;
  /** Whether operators have no port of their own. */
  readonly hasMetrics: boolean;
  /** Whether operators’ routes are on this port. */
  readonly hasAdmin: boolean;
}

const CLIENTS: Paths = {
  ...messagesPaths,
  ...rawPaths,
  ...receiptsPaths,
  ...eventsPaths,
  ...kafkaRestV2Paths,
  ...kafkaRestV3Paths,
};

/** OpenAPI 3.1 document of this port, as it is set up. */
export function openApiDocument({ topics, hasKeys, hasMetrics, hasAdmin }: DocumentOptions): OpenApiDocument {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Spillway',
      version: '1',
      description:
        'Takes messages over HTTP and puts them into Kafka. While Kafka is away they wait in a fallback list. A message that was answered with a 2xx is never lost.',
    },
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: {
      ...(hasKeys ? secured(CLIENTS, [{ bearer: [] }, { apiKey: [] }]) : CLIENTS),
      ...healthPaths,
      ...(hasMetrics ? metricsPaths : {}),
      ...openApiPaths,
      ...(hasAdmin ? secured(adminPaths, [{ adminToken: [] }]) : {}),
    },
    components: {
      schemas: sharedSchemas(topics),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'API key of a client' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'API key of a client' },
        adminToken: { type: 'http', scheme: 'bearer', description: 'ADMIN_TOKEN' },
      },
    },
  };
}

function secured(paths: Paths, security: readonly object[]): Paths {
  return Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [method, { ...operation, security }]),
      ),
    ]),
  );
}
