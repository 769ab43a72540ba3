/** Reads Kafka's primitive types from a buffer, in order. Reading past the end throws. */
export class Reader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get left(): number {
    return this.#buffer.length - this.#at;
  }

  int8 = (): number => this.#buffer.readInt8(this.#step(1));
  int16 = (): number => this.#buffer.readInt16BE(this.#step(2));
  int32 = (): number => this.#buffer.readInt32BE(this.#step(4));
  uint32 = (): number => this.#buffer.readUInt32BE(this.#step(4));
  int64 = (): bigint => this.#buffer.readBigInt64BE(this.#step(8));
  string = (): string => this.bytes(this.int16()).toString();
  nullableString = (): string | null => this.#nullable(this.int16())?.toString() ?? null;

  bytes(length: number): Buffer {
    if (length < 0 || length > this.left) throw new RangeError(`Can't read ${length} of ${this.left} bytes`);
    const start = this.#step(length);
    return this.#buffer.subarray(start, start + length);
  }

  array<T>(item: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, item);
  }

  /** Zigzag-encoded. Exact up to 2^53. */
  varint(): number {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#buffer.readUInt8(this.#step(1));
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n));
    }
  }

  varintBytes(): Buffer | null {
    return this.#nullable(this.varint());
  }

  #nullable(length: number): Buffer | null {
    return length === -1 ? null : this.bytes(length);
  }

  #step(length: number): number {
    const start = this.#at;
    this.#at += length;
    return start;
  }
}

/** Writes Kafka's primitive types, one after the other. */
export class Writer {
  readonly #parts: Buffer[] = [];

  get buffer(): Buffer {
    return Buffer.concat(this.#parts);
  }

  int8(value: number): this {
    return this.#write(1, (part) => part.writeInt8(value));
  }

  int16(value: number): this {
    return this.#write(2, (part) => part.writeInt16BE(value));
  }

  int32(value: number): this {
    return this.#write(4, (part) => part.writeInt32BE(value));
  }

  int64(value: bigint): this {
    return this.#write(8, (part) => part.writeBigInt64BE(value));
  }

  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const bytes = Buffer.from(value);
    return this.int16(bytes.length).raw(bytes);
  }

  array<T>(items: readonly T[], item: (to: this, value: T) => unknown): this {
    this.int32(items.length);
    for (const value of items) item(this, value);
    return this;
  }

  raw(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }

  #write(size: number, put: (part: Buffer) => void): this {
    const part = Buffer.alloc(size);
    put(part);
    return this.raw(part);
  }
}
