import { type Arbitrary, array, constantFrom, letrec, oneof, string, tuple } from 'fast-check';

const GAP = constantFrom('', '', ' ', '\n', '\t ', '\r\n');

/** Scalars that a parser and a serialiser would not write again as they are. */
const ODD_SCALAR = constantFrom(
  '1.10',
  '-0',
  '0.0',
  '1E+2',
  '1e400',
  '12345678901234567890',
  '0.1000000000000000055511151231257827',
  'null',
  'true',
  '""',
  '"\\u0041\\/\\u00e9"',
  '"\\ud800"',
  '"\\\\"',
  '"}{][\\","',
  '"\u2028\u{1F600}"',
);
const STRING = string({ maxLength: 6 }).map((text) => JSON.stringify(text));
const NAME = oneof(STRING, constantFrom('"value"', '"__proto__"', '"v\\u0061lue"', '"a"', '"a"'));

const join = (parts: readonly string[]) => parts.join('');

/** Any JSON text, in any formatting. Members may have the same name. White space around it is not part of it. */
export const JSON_TEXT: Arbitrary<string> = letrec<{ json: string; list: string; object: string }>((tie) => ({
  json: oneof({ maxDepth: 3, depthSize: 'small' }, oneof(ODD_SCALAR, STRING), tie('list'), tie('object')),
  list: array(tuple(GAP, tie('json'), GAP).map(join), { maxLength: 3 }).map((all) => `[${all.join()}]`),
  object: array(
    tuple(GAP, NAME, GAP, tuple(GAP, tie('json'), GAP).map(join)).map(
      ([before, name, after, value]) => `${before}${name}${after}:${value}`,
    ),
    { maxLength: 3 },
  ).map((all) => `{${all.join()}}`),
})).json;
