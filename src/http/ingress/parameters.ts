import { shorten } from '../../common/shorten.ts';
import type { FieldError } from '../../message/field-errors.ts';

/** What is wrong with the parameters of a query: each of `names` may be given, and once. */
export function parameterErrors(query: URLSearchParams, names: readonly string[]): FieldError[] {
  const known = names.length > 1 ? `there are ${names.join(' and ')}` : `there is ${names.join()}`;
  return [...new Set(query.keys())].flatMap((name) => {
    if (!names.includes(name)) return [{ path: shorten(name), message: `Is no parameter here: ${known}` }];
    return query.getAll(name).length > 1 ? [{ path: name, message: 'Is given more than once' }] : [];
  });
}
