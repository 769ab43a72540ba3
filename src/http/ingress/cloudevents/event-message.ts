import type { FieldError } from '../../../message/field-errors.ts';

/** Message of an event, in the form that clients write as JSON, or what is wrong with the event. */
export type EventMessage =
  | { readonly kind: 'json'; readonly json: string }
  | { readonly kind: 'not-json' }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };
