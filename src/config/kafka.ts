import type * as z from 'zod';
import type { kafkaFields, Pem } from './kafka-fields.ts';

/** PEM text, or the file with it. `variable` is the one to fix if it is invalid. */
type PemSource = { readonly variable: string } & ({ readonly text: string } | { readonly path: string });

type Fields = z.infer<z.ZodObject<typeof kafkaFields>>;

/** SASL credentials for the brokers. A `command` has yet to be run: it prints the token. */
type SaslConfig =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'oauthbearer'; readonly token: string }
  | { readonly mechanism: 'oauthbearer'; readonly command: string };

/** Settings of Kafka over its own protocol. */
export interface KafkaConfig {
  /** Each `host:port`. */
  readonly brokers: string[];
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** TLS to the brokers. */
  readonly ssl: boolean;
  /** The CA to trust, and the client certificate with its key. Files have yet to be read. */
  readonly pem: Readonly<Record<'ca' | 'cert' | 'key', PemSource | undefined>>;
  readonly sasl: SaslConfig | undefined;
}

/** The settings; undefined unless brokers are named. */
export function readKafka(env: Fields): KafkaConfig | undefined {
  if (!env.KAFKA_BROKERS) return undefined;
  return {
    brokers: env.KAFKA_BROKERS,
    compression: env.KAFKA_COMPRESSION,
    ssl: env.KAFKA_SSL,
    pem: {
      ca: readPem(env, 'KAFKA_SSL_CA'),
      cert: readPem(env, 'KAFKA_SSL_CERT'),
      key: readPem(env, 'KAFKA_SSL_KEY'),
    },
    sasl: readSasl(env),
  };
}

function readPem(env: Fields, name: Pem): PemSource | undefined {
  const text = env[name];
  if (text !== undefined) return { variable: name, text };
  const path = env[`${name}_FILE`];
  return path === undefined ? undefined : { variable: `${name}_FILE`, path };
}

function readSasl(env: Fields): SaslConfig | undefined {
  const { KAFKA_SASL_OAUTH_TOKEN: token, KAFKA_SASL_OAUTH_TOKEN_COMMAND: command } = env;
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = env;
  if (mechanism === 'oauthbearer') {
    if (token !== undefined) return { mechanism, token };
    return command === undefined ? undefined : { mechanism, command };
  }
  return mechanism && username && password ? { mechanism, username, password } : undefined;
}
