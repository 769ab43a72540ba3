import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { crc32c } from './crc32c.ts';
import { ErrorCode } from './error-code.ts';
import { Reader } from './wire.ts';

/** A record as it came over the wire, byte for byte. */
export interface WireRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly { readonly name: string; readonly value: Buffer | null }[];
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

export interface RecordBatch {
  /** -1 without idempotence. */
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly compression: 'none' | 'gzip' | 'zstd';
  readonly records: readonly WireRecord[];
}

/** A batch, or the code with which a real broker refuses such bytes. */
export type DecodedBatch =
  | { readonly kind: 'batch'; readonly batch: RecordBatch }
  | { readonly kind: 'refused'; readonly code: number };

const CODECS: Readonly<Record<number, { name: RecordBatch['compression']; open(bytes: Buffer): Buffer }>> = {
  0: { name: 'none', open: (bytes) => bytes },
  1: { name: 'gzip', open: (bytes) => gunzipSync(bytes) },
  4: { name: 'zstd', open: (bytes) => zstdDecompressSync(bytes) },
};

/** Reads one record batch (format v2) as strictly as a broker does. */
export function decodeBatch(bytes: Buffer): DecodedBatch {
  try {
    const head = new Reader(bytes);
    head.int64(); // The base offset is the broker's to give.
    const body = new Reader(head.bytes(head.int32()));
    if (head.left > 0) return refused(ErrorCode.INVALID_RECORD);
    body.int32();
    if (body.int8() !== 2) return refused(ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT);
    const crc = body.uint32();
    const checked = body.bytes(body.left);
    return crc === crc32c(checked) ? decodeChecked(checked) : refused(ErrorCode.CORRUPT_MESSAGE);
  } catch {
    return refused(ErrorCode.INVALID_RECORD);
  }
}

function decodeChecked(bytes: Buffer): DecodedBatch {
  const reader = new Reader(bytes);
  const codec = CODECS[reader.int16() & 7];
  if (!codec) return refused(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE);
  const lastOffsetDelta = reader.int32();
  const firstTimestamp = Number(reader.int64());
  reader.int64();
  const producer = {
    producerId: reader.int64(),
    producerEpoch: reader.int16(),
    firstSequence: reader.int32(),
  };
  const count = reader.int32();
  if (count < 1 || count !== lastOffsetDelta + 1) return refused(ErrorCode.INVALID_RECORD);
  const content = new Reader(codec.open(reader.bytes(reader.left)));
  const records = Array.from({ length: count }, (_, index) => decodeRecord(content, index, firstTimestamp));
  if (content.left > 0) return refused(ErrorCode.INVALID_RECORD);
  return { kind: 'batch', batch: { ...producer, compression: codec.name, records } };
}

function decodeRecord(batch: Reader, index: number, firstTimestamp: number): WireRecord {
  const reader = new Reader(batch.bytes(batch.varint()));
  reader.int8();
  const timestamp = firstTimestamp + reader.varint();
  if (reader.varint() !== index) throw new RangeError('Offsets within a batch have no gaps');
  const key = reader.varintBytes();
  const value = reader.varintBytes();
  const headers = Array.from({ length: reader.varint() }, () => ({
    name: reader.varintBytes()?.toString() ?? '',
    value: reader.varintBytes(),
  }));
  if (reader.left > 0) throw new RangeError('A record is as long as it says');
  return { key, value, headers, timestamp };
}

function refused(code: number): DecodedBatch {
  return { kind: 'refused', code };
}
