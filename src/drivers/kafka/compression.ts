import * as zlib from 'node:zlib';
// KafkaJS is CommonJS: Node sees only its default export.
import kafkajs from 'kafkajs';

export type Compression = 'none' | 'gzip' | 'zstd';

/** The level at which zstd is as fast as no compression at all. */
const ZSTD_LEVEL = 1;

/** zstd comes with newer runtimes only. */
export function isSupported(compression: Compression): boolean {
  return compression !== 'zstd' || 'zstdCompress' in zlib;
}

/** KafkaJS's number for it. KafkaJS brings gzip along; zstd is added to it here. */
export function kafkaJsCompression(compression: Compression): kafkajs.CompressionTypes {
  const { CompressionTypes, CompressionCodecs } = kafkajs;
  switch (compression) {
    case 'none':
      return CompressionTypes.None;
    case 'gzip':
      return CompressionTypes.GZIP;
    case 'zstd':
      CompressionCodecs[CompressionTypes.ZSTD] = () => ({
        compress: compressZstd,
        decompress: decompressZstd,
      });
      return CompressionTypes.ZSTD;
  }
}

function compressZstd(records: { readonly buffer: Buffer }): Promise<Buffer> {
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL };
  return new Promise((resolve, reject) => {
    zlib.zstdCompress(records.buffer, { params }, (error, compressed) => {
      if (error) reject(error);
      else resolve(compressed);
    });
  });
}

function decompressZstd(records: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    zlib.zstdDecompress(records, (error, plain) => {
      if (error) reject(error);
      else resolve(plain);
    });
  });
}
