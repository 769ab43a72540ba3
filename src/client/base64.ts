/** Bytes encoded at a time: a multiple of 3, so that the texts can be joined, and few enough for arguments. */
const CHUNK = 24_576;

/** Base64 with padding (RFC 4648, section 4). `Uint8Array.prototype.toBase64` is missing from Node 24. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += CHUNK)
    text += btoa(String.fromCharCode(...bytes.subarray(start, start + CHUNK)));
  return text;
}
