const encoder = new TextEncoder();
/** More arguments than this are too many for one call. */
const CHUNK_BYTES = 32_768;

/** The UTF-8 form of a text in base64, with padding: by web standards only, as it has to run on edges. */
export function base64(text: string): string {
  const bytes = encoder.encode(text);
  // Then every character is its own byte.
  if (bytes.length === text.length) return btoa(text);
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES));
  return btoa(binary);
}
