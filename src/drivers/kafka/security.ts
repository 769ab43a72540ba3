// KafkaJS is CommonJS: Node sees only its default export.
import kafkajs, { type KafkaConfig, type Mechanism, type SASLOptions } from 'kafkajs';
import type { BearerToken } from './bearer-token.ts';

/** PEM texts: the one CA to trust, instead of those that the runtime trusts, and who we are. */
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
  /** `true` is TLS that trusts whom the runtime trusts. */
  readonly ssl: boolean | TlsSettings;
  readonly sasl?: SaslSettings | undefined;
}

/** The settings in KafkaJS's form. */
export function kafkaJsSecurity({ ssl, sasl }: Security): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  return { ...(ssl ? { ssl } : {}), ...(sasl ? { sasl: toKafkaJs(sasl) } : {}) };
}

function toKafkaJs(sasl: SaslSettings): NonNullable<KafkaConfig['sasl']> {
  // A copy, as KafkaJS writes into it.
  return sasl.mechanism === 'oauthbearer' ? bearer(sasl.token) : ({ ...sasl } as SASLOptions);
}

/**
 * KafkaJS's own OAUTHBEARER takes a refusal for a success, because the broker tells it as one more
 * step of the conversation, and then fails with ILLEGAL_SASL_STATE. Here a refusal is told as one.
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

/** Some brokers refuse with an error at once; every other error is one of the connection. */
function refusal(error: unknown): string {
  const { type, message } = error as Error & { type?: unknown };
  if (type === 'SASL_AUTHENTICATION_FAILED') return message;
  throw error;
}

/** RFC 7628, with the length before it that KafkaJS expects. */
function firstMessage(token: string): Buffer {
  const text = Buffer.from(`n,,\u0001auth=Bearer ${token}\u0001\u0001`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(text.length);
  return Buffer.concat([length, text]);
}

const withoutLength = (answer: Buffer) => answer.subarray(4);

/** A refusal is JSON with a `status`, such as `invalid_token`. */
function statusOf(answer: string): string {
  try {
    const { status } = JSON.parse(answer) as { status?: unknown };
    return String(status);
  } catch {
    return answer;
  }
}
