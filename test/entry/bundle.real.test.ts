import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { bundle, type EdgeEntry } from '../support/process/bundle.ts';
import { describeReal } from '../support/process/services.ts';

const TEST_MS = 60_000;
/** Cloudflare takes 3 MB of a Worker, compressed, for free, and 10 MB otherwise. */
const MOST_KB: Record<EdgeEntry, number> = { cloudflare: 260, 'cloudflare-object': 360 };

async function built(entry: EdgeEntry) {
  const text = readFileSync(await bundle(entry), 'utf8');
  const sizes = {
    kb: Math.round(text.length / 1000),
    compressedKb: Math.round(gzipSync(text).length / 1000),
  };
  console.log(`${entry}: ${sizes.kb} KB, ${sizes.compressedKb} KB compressed`);
  return { text, ...sizes };
}

describeReal('what is deployed to Cloudflare', ['workerd'], () => {
  test(
    'by default holds no driver that needs sockets or files, and is small',
    async () => {
      const { text, compressedKb } = await built('cloudflare');
      for (const module of ['kafkajs', 'ioredis', 'node:sqlite', 'node:net', 'node:fs'])
        expect(text).not.toMatch(
          new RegExp(`node_modules/${module}/|(from|require\\(|import) ?["']${module}["']`),
        );
      expect(text).toContain('src/drivers/kafka/rest/publisher.ts');
      expect(compressedKb).toBeLessThan(MOST_KB.cloudflare);
    },
    TEST_MS,
  );

  test(
    'with the Durable Object holds KafkaJS, and neither Redis nor a SQLite of its own',
    async () => {
      const { text, compressedKb } = await built('cloudflare-object');
      expect(text).toContain('node_modules/kafkajs/');
      for (const module of ['ioredis', '@upstash/redis', 'node:sqlite']) expect(text).not.toContain(module);
      expect(compressedKb).toBeLessThan(MOST_KB['cloudflare-object']);
    },
    TEST_MS,
  );
});
