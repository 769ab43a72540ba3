import type { WriteText } from '../ops/log-stdout.ts';

interface DenoStdout {
  readonly stdout: { write(bytes: Uint8Array): Promise<number> };
}

/**
 * Standard output that does not block. `console.log` waits for the reader on Bun and Deno, and
 * `process.stdout` does on Deno. On Node a reader that is gone ends a process without a listener for errors.
 */
export function openStdout(): WriteText {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const deno = (globalThis as { Deno?: DenoStdout }).Deno;
  if (deno) return (text) => writeAll(deno, new TextEncoder().encode(text));
  return (text) =>
    new Promise((resolve, reject) => {
      process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
    });
}

async function writeAll({ stdout }: DenoStdout, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await stdout.write(bytes.subarray(at));
}
