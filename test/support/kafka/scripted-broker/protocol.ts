import { ErrorCode } from './error-code.ts';
import { decodeBatch } from './record-batch.ts';
import { API, type ApiName, type ProducedPartition } from './script.ts';
import type { Appended, Partition } from './topics.ts';
import { type Reader, Writer } from './wire.ts';

interface RequestHead {
  /** Undefined: an API, or a version of it, that this broker does not speak. */
  readonly api: ApiName | undefined;
  readonly key: number;
  readonly version: number;
  readonly correlationId: number;
}

export function readHead(reader: Reader): RequestHead {
  const [key, version, correlationId] = [reader.int16(), reader.int16(), reader.int32()];
  reader.nullableString();
  const api = (Object.keys(API) as ApiName[]).find((name) => API[name].key === key);
  const spoken =
    api !== undefined && (api === 'ApiVersions' ? version <= API[api].version : version === API[api].version);
  return { api: spoken ? api : undefined, key, version, correlationId };
}

export function answer(correlationId: number, body: Writer): Buffer {
  const content = new Writer().int32(correlationId).raw(body.buffer).buffer;
  return new Writer().int32(content.length).raw(content).buffer;
}

export function apiVersions(version: number, code: number): Writer {
  const body = new Writer().int16(code).array(Object.values(API), (to, api) => {
    const oldest = api === API.ApiVersions ? 0 : api.version;
    to.int16(api.key).int16(oldest).int16(api.version);
  });
  return version > 0 ? body.int32(0) : body;
}

export interface ProduceRequest {
  readonly acks: number;
  readonly partitions: readonly ProducedPartition[];
}

export function readProduce(reader: Reader): ProduceRequest {
  reader.nullableString();
  const acks = reader.int16();
  reader.int32();
  const topics = reader.array(() => {
    const topic = reader.string();
    return reader.array(() => {
      const partition = reader.int32();
      const batch = decodeBatch(reader.bytes(reader.int32()));
      return { topic, partition, name: `${topic}/${partition}`, batch };
    });
  });
  return { acks, partitions: topics.flat() };
}

interface ProduceResult {
  readonly produced: ProducedPartition;
  readonly appended: Appended;
}

export function produceResponse(results: readonly ProduceResult[], throttleMs: number): Writer {
  const topics = [...Map.groupBy(results, ({ produced }) => produced.topic)];
  return new Writer()
    .array(topics, (toTopics, [topic, partitions]) => {
      toTopics.string(topic).array(partitions, (to, { produced, appended }) => {
        to.int32(produced.partition).int16(appended.code).int64(BigInt(appended.baseOffset));
        to.int64(-1n).int64(0n);
      });
    })
    .int32(throttleMs);
}

/** The topics asked for; undefined asks for all. */
export function readMetadata(reader: Reader): string[] | undefined {
  const count = reader.int32();
  return count < 0 ? undefined : Array.from({ length: count }, reader.string);
}

interface ClusterView {
  readonly throttleMs: number;
  readonly nodes: readonly { readonly id: number; readonly port: number }[];
  readonly topics: readonly {
    readonly name: string;
    readonly code: number;
    readonly partitions: readonly Partition[];
  }[];
}

export function metadataResponse({ throttleMs, nodes, topics }: ClusterView): Writer {
  return new Writer()
    .int32(throttleMs)
    .array(nodes, (to, { id, port }) => to.int32(id).string('127.0.0.1').int32(port).string(null))
    .string('scripted')
    .int32(nodes[0]?.id ?? -1)
    .array(topics, (toTopics, { name, code, partitions }) => {
      toTopics.int16(code).string(name).int8(0).array(partitions, writePartition);
    });
}

function writePartition(to: Writer, { id, leader }: Partition): void {
  const replicas = leader < 0 ? [] : [leader];
  to.int16(leader < 0 ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE)
    .int32(id)
    .int32(leader);
  for (const nodes of [replicas, replicas, []]) to.array(nodes, (_, node) => to.int32(node));
}

export function saslHandshake(offered: readonly string[], wanted: string): Writer {
  const code = offered.includes(wanted) ? ErrorCode.NONE : ErrorCode.UNSUPPORTED_SASL_MECHANISM;
  return new Writer().int16(code).array(offered, (to, mechanism) => to.string(mechanism));
}

/** The user name and password of SASL PLAIN. */
export function readPlainSecret(reader: Reader): { username: string; password: string } {
  const [, username = '', password = ''] = reader.bytes(reader.int32()).toString().split('\0');
  return { username, password };
}

export function saslAuthenticate(right: boolean): Writer {
  const code = right ? ErrorCode.NONE : ErrorCode.SASL_AUTHENTICATION_FAILED;
  return new Writer()
    .int16(code)
    .string(right ? null : 'Invalid username or password')
    .int32(0)
    .int64(0n);
}
