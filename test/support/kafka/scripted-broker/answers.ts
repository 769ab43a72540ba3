import { ErrorCode } from './error-code.ts';
import * as protocol from './protocol.ts';
import type { ApiName, ProducedPartition, Reply } from './script.ts';
import type { Appended, Topics } from './topics.ts';
import { type Reader, Writer } from './wire.ts';

interface Address {
  readonly id: number;
  readonly port: number;
}

export interface Secret {
  readonly username: string;
  readonly password: string;
}

/** What a cluster in good health answers, but for the errors and gaps that a reply asks for. */
export class Answers {
  readonly #topics: Topics;
  readonly #nodes: readonly Address[];
  readonly #secret: Secret | undefined;
  #producerIds = 0n;

  constructor(topics: Topics, nodes: readonly Address[], secret: Secret | undefined) {
    this.#topics = topics;
    this.#nodes = nodes;
    this.#secret = secret;
  }

  /** Writes the records that have to be written, and says what became of each partition. */
  produce(node: number, partitions: readonly ProducedPartition[], reply: Reply): Writer {
    const { errors = {}, omit = [], throttleMs = 0 } = reply.kind === 'answer' ? reply : {};
    const write = reply.kind === 'answer' || reply.write !== false;
    const results = partitions
      .filter(({ name }) => !omit.includes(name))
      .map((produced) => {
        const code = errors[produced.name];
        const spared = code !== undefined || !write;
        return { produced, appended: spared ? refused(code ?? 0) : this.#append(node, produced) };
      });
    return protocol.produceResponse(results, throttleMs);
  }

  /** Every other API. */
  other(api: Exclude<ApiName, 'Produce'>, version: number, request: Reader, reply: Reply): Writer {
    const throttleMs = (reply.kind === 'answer' ? reply.throttleMs : undefined) ?? 0;
    switch (api) {
      case 'ApiVersions':
        return protocol.apiVersions(version, ErrorCode.NONE);
      case 'Metadata':
        return this.#metadata(protocol.readMetadata(request) ?? this.#topics.names(), throttleMs);
      case 'InitProducerId':
        return new Writer()
          .int32(throttleMs)
          .int16(ErrorCode.NONE)
          .int64(this.#producerIds++)
          .int16(0);
      case 'SaslHandshake':
        return protocol.saslHandshake(this.#secret ? ['PLAIN'] : [], request.string());
      case 'SaslAuthenticate': {
        const { username, password } = protocol.readPlainSecret(request);
        return protocol.saslAuthenticate(
          username === this.#secret?.username && password === this.#secret.password,
        );
      }
    }
  }

  #append(node: number, { topic, partition, batch }: ProducedPartition): Appended {
    const found = this.#topics.partition(topic, partition);
    if (!found) return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    if (found.leader !== node) return refused(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    return batch.kind === 'batch' ? found.append(batch.batch) : refused(batch.code);
  }

  #metadata(names: readonly string[], throttleMs: number): Writer {
    const topics = names.map((name) => {
      const partitions = this.#topics.partitions(name) ?? [];
      const missing = partitions.length === 0 ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NONE;
      return { name, code: this.#topics.errors.get(name) ?? missing, partitions };
    });
    return protocol.metadataResponse({ throttleMs, nodes: this.#nodes, topics });
  }
}

function refused(code: number): Appended {
  return { code, baseOffset: -1 };
}
