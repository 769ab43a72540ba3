const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/**
 * MurmurHash2 (Austin Appleby) with Kafka's seed: the hash by which Kafka's clients spread keys over
 * partitions. Its result is that of `org.apache.kafka.common.utils.Utils.murmur2`, a signed 32-bit integer,
 * bit for bit.
 */
export function murmur2(key: Uint8Array): number {
  const { length } = key;
  let hash = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let word =
      byte(key, at) | (byte(key, at + 1) << 8) | (byte(key, at + 2) << 16) | (byte(key, at + 3) << 24);
    word = Math.imul(word, M);
    word ^= word >>> R;
    hash = Math.imul(hash, M) ^ Math.imul(word, M);
  }
  const left = length - at;
  if (left === 3) hash ^= byte(key, at + 2) << 16;
  if (left >= 2) hash ^= byte(key, at + 1) << 8;
  if (left >= 1) hash = Math.imul(hash ^ byte(key, at), M);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return (hash ^ (hash >>> 15)) | 0;
}

/** The partition of a key among `count`, as the default partitioner of Kafka's Java client computes it. */
export function partitionOf(key: Uint8Array, count: number): number {
  return (murmur2(key) & 0x7fffffff) % count;
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
