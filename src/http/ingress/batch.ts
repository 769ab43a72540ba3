import { elementTexts } from '../../message/json-spans.ts';

/** Most messages of a batch: its work must not hold up the requests of others for long. */
export const MAX_ITEMS = 10_000;

/** Media types of a batch: one JSON array, or a JSON text a line (NDJSON). */
export const BATCH_TYPES = ['application/json', 'application/x-ndjson'] as const;

/** The JSON text of each message of a batch. */
export type DecodedBatch =
  | { readonly kind: 'items'; readonly items: readonly string[] }
  | { readonly kind: 'not-array' | 'empty' | 'too-many' };

/** Splits a batch into its messages, which are not looked at: a bad one must not cost its neighbours. */
export function decodeBatch(text: string, mediaType: string): DecodedBatch {
  const items = mediaType === 'application/x-ndjson' ? linesOf(text) : elementsOf(text);
  if (!items) return { kind: 'not-array' };
  if (items.length === 0) return { kind: 'empty' };
  return items.length > MAX_ITEMS ? { kind: 'too-many' } : { kind: 'items', items };
}

function elementsOf(text: string): string[] | undefined {
  try {
    if (!Array.isArray(JSON.parse(text))) return undefined;
  } catch {
    return undefined;
  }
  return elementTexts(text);
}

/** Empty lines separate nothing. */
function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
