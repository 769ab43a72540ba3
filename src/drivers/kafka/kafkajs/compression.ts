import * as zlib from 'node:zlib';
// KafkaJS is CommonJS: Node sees only its default export.
import kafkajs from 'kafkajs';

export type Compression = 'none' | 'gzip' | 'zstd';

/** zstd level: at this one it costs no more time than no compression. */
const ZSTD_LEVEL = 1;

/** Whether this runtime has the codec. zstd is missing in older ones. */
export function isSupported(compression: Compression): boolean {
  return compression !== 'zstd' || 'zstdCompress' in zlib;
}

/** KafkaJS's id of a codec. KafkaJS ships gzip; a zstd codec is registered here. */
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
