// KafkaJS is CommonJS: Node sees only its default export.
import kafkajs, { type KafkaConfig, type Mechanism, type SASLOptions } from 'kafkajs';
import type { BearerToken } from './bearer-token.ts';

/**
 * Client TLS as PEM texts: the only CA to trust, in place of the runtime's trust store, and the client
 * certificate with its key (mutual TLS).
 */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export type SaslSettings =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'oauthbearer'; readonly token: BearerToken };

interface Security {
  /** `true`: TLS with the runtime's trust store. */
  readonly ssl: boolean | TlsSettings;
  readonly sasl?: SaslSettings | undefined;
}

/** Maps the settings to KafkaJS's `ssl` and `sasl`. */
export function kafkaJsSecurity({ ssl, sasl }: Security): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  return { ...(ssl ? { ssl } : {}), ...(sasl ? { sasl: toKafkaJs(sasl) } : {}) };
}

function toKafkaJs(sasl: SaslSettings): NonNullable<KafkaConfig['sasl']> {
  // Defensive copy: KafkaJS writes into it.
  return sasl.mechanism === 'oauthbearer' ? bearer(sasl.token) : ({ ...sasl } as SASLOptions);
}

/**
 * SASL OAUTHBEARER (RFC 7628) as a custom mechanism. KafkaJS's own takes the broker's error challenge for a
 * success and then fails with ILLEGAL_SASL_STATE. Here a refusal is an authentication error.
 */
function bearer(token: BearerToken): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      async authenticate() {
        const value = await token.get();
        const request = firstMessage(value);
        const answer = await saslAuthenticate({
          request: { encode: () => request },
          response: { decode: withoutLength, parse: String },
        }).catch(refusal);
        if (!answer) return;
        token.forget(value);
        throw new kafkajs.KafkaJSNonRetriableError(
          `SASL OAUTHBEARER authentication failed: ${statusOf(answer)}`,
        );
      },
    }),
  };
}

/** Some brokers refuse with an error code at once. Any other error is one of the connection. */
function refusal(error: unknown): string {
  const { type, message } = error as Error & { type?: unknown };
  if (type === 'SASL_AUTHENTICATION_FAILED') return message;
  throw error;
}

/** The client's initial response (RFC 7628, section 3.1), with the length prefix that KafkaJS expects. */
function firstMessage(token: string): Buffer {
  const text = Buffer.from(`n,,\u0001auth=Bearer ${token}\u0001\u0001`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(text.length);
  return Buffer.concat([length, text]);
}

const withoutLength = (answer: Buffer) => answer.subarray(4);

/** The `status` of the error challenge, such as `invalid_token` (RFC 7628, section 3.2.2). */
function statusOf(answer: string): string {
  try {
    const { status } = JSON.parse(answer) as { status?: unknown };
    return String(status);
  } catch {
    return answer;
  }
}
