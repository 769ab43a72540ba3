import { elementTexts } from '../../message/json-spans.ts';

/** Most messages of an array: its work must not hold up the requests of others for long. */
export const MAX_ITEMS = 10_000;

/** The JSON text of each message of a batch. */
export type DecodedBatch =
  | { readonly kind: 'items'; readonly items: readonly string[] }
  | { readonly kind: 'not-array' | 'empty' | 'too-many' };

/** Splits a JSON array into its messages, which are not looked at: a bad one must not cost its neighbours. */
export function decodeBatch(text: string): DecodedBatch {
  const items = elementsOf(text);
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
