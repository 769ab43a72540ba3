import { batchedEvents, binaryEvent, structuredEvent } from './events.ts';
import type { Form } from './form.ts';
import { v2Binary, v2Json } from './kafka-rest-v2.ts';
import { v3, v3Batch } from './kafka-rest-v3.ts';
import { batch, lines, single } from './messages.ts';
import { raw } from './raw.ts';

/** Every form of ingress, by its name in a failure. */
export const FORMS = {
  message: single,
  batch,
  lines,
  raw,
  'binary event': binaryEvent,
  'structured event': structuredEvent,
  'batched events': batchedEvents,
  'v2 JSON': v2Json,
  'v2 binary': v2Binary,
  'v3 records': v3,
  'v3 batch': v3Batch,
} as const satisfies Record<string, Form>;

export type FormName = keyof typeof FORMS;
export const FORM_NAMES = Object.keys(FORMS) as FormName[];
