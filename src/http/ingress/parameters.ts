import { shorten } from '../../common/shorten.ts';
import type { FieldError } from '../../message/field-errors.ts';

/** What a `URL` has in the place of bytes that are no UTF-8: two of them would be the same. */
const NOT_UTF_8 = '\uFFFD';

/** What is wrong with the parameters of a query: each of `names` may be given, and once. */
export function parameterErrors(query: URLSearchParams, names: readonly string[]): FieldError[] {
  const known = names.length > 1 ? `there are ${names.join(' and ')}` : `there is ${names.join()}`;
  return [...new Set(query.keys())].flatMap((name) => {
    if (!names.includes(name)) return [{ path: shorten(name), message: `Is no parameter here: ${known}` }];
    const values = query.getAll(name);
    if (values.some((value) => value.includes(NOT_UTF_8)))
      return [{ path: name, message: 'Is not UTF-8, percent-encoded' }];
    return values.length > 1 ? [{ path: name, message: 'Is given more than once' }] : [];
  });
}
