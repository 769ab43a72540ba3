/** The parts of OpenAPI 3.1 that are used here. */

export type JsonSchema = Readonly<Record<string, unknown>>;

interface Header {
  readonly description: string;
  readonly schema: JsonSchema;
}

interface Content {
  readonly schema: JsonSchema;
  /** Requests that a client may send as they stand; a test sends each. */
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

export interface ApiResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Readonly<Record<string, Content>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description: string;
  readonly schema: JsonSchema;
  readonly example?: string;
}

export interface Operation {
  readonly tags: readonly [Tag];
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: true; readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, ApiResponse>>;
  readonly security?: readonly object[];
}

export const TAGS = {
  Messages: 'Send messages, and read what became of them.',
  CloudEvents: 'Send events in the modes of their HTTP binding.',
  'Kafka REST': 'What clients of Confluent’s REST Proxy, Karapace and Strimzi’s bridge send.',
  Health: 'For load balancers and monitoring.',
  Operators: 'For operators alone, with ADMIN_TOKEN.',
} as const;
type Tag = keyof typeof TAGS;

/** Operations by path and method. */
export type Paths = Readonly<Record<string, Partial<Record<'get' | 'post' | 'put' | 'delete', Operation>>>>;

export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Paths;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}
