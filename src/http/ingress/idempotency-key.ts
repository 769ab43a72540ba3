import { type FieldError, toErrors } from '../../message/field-errors.ts';
import { Fields } from '../../message/fields.ts';

/** The id of a message by the header `Idempotency-Key`. Undefined without the header. */
export type IdempotencyKey =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }
  | undefined;

const PATH = 'Idempotency-Key';
/** A string in the form of structured fields (RFC 9651), as draft-ietf-httpapi-idempotency-key-header has it. */
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/** Reads the header, quoted or not. It has the rules of `id`, in ASCII: other bytes have no agreed meaning there. */
export function idempotencyKey(header: (name: string) => string | undefined): IdempotencyKey {
  const value = header('idempotency-key');
  if (value === undefined) return undefined;
  const id = QUOTED.exec(value)?.[1]?.replaceAll(/\\(["\\])/g, '$1') ?? value;
  if (!/^[\u0020-\u007e]*$/.test(id))
    return { kind: 'invalid', errors: [{ path: PATH, message: 'Must be ASCII' }] };
  const { error } = Fields.shape.id.safeParse(id);
  if (!error) return { kind: 'id', id };
  return {
    kind: 'invalid',
    errors: error.issues.flatMap(toErrors).map(({ message }) => ({ path: PATH, message })),
  };
}
