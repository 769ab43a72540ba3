import type { Posted } from './accept-items.ts';
import type { Answer } from './answer.ts';
import { NDJSON } from './ingress/streamed.ts';
import { refuseMedia } from './media.ts';
import { problemAnswer } from './problems.ts';

/** Media types of a batch: one JSON array, or a JSON text a line (NDJSON). */
const BATCH_TYPES = ['application/json', NDJSON];

/** Why a batch is refused, whatever messages it has. */
export function refuseBatch({ requestId, header }: Pick<Posted, 'requestId' | 'header'>): Answer | undefined {
  const media = refuseMedia(header, BATCH_TYPES);
  if (media)
    return problemAnswer('unsupported-media-type', media.detail, { requestId, headers: media.headers });
  if (header('idempotency-key') === undefined) return undefined;
  const detail = 'Give each message an `id`: Idempotency-Key names one message, not a batch';
  return problemAnswer('invalid-message', detail, { requestId });
}
