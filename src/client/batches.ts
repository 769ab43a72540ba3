/** Most bytes of a batch: below the default of the service's `MAX_BODY_BYTES`. */
const MAX_BYTES = 900_000;

/** Groups lines, in order, into batches of at most `maxBatch`. A line that is too large is a batch by itself. */
export function* batchesOf<T extends { readonly bytes: number }>(
  lines: readonly T[],
  maxBatch: number,
): Generator<readonly T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for (const line of lines) {
    // With the line break.
    const size = line.bytes + 1;
    if (batch.length > 0 && (batch.length >= maxBatch || bytes + size > MAX_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(line);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
