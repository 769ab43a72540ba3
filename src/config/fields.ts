import * as z from 'zod';

export const DAY_S = 86_400;

interface Words {
  /** Meaning of the variable for an operator, in Markdown. */
  readonly words: string;
  /** Meaning of its absence, in Markdown. Only for a rule without a default of its own. */
  readonly unset?: string;
}

/**
 * Spec of one environment variable: its documentation and its rule. `docs/configuration.md` is generated from
 * it.
 */
export function field<T extends z.ZodType>({ words, unset }: Words, rule: T): T {
  return rule.meta({ description: words, unset });
}

/** Rule for a comma-separated list whose entries all match. */
export function list(entry: RegExp, what: string, isValid: (part: string) => boolean = () => true) {
  const error = `must be ${what}, with commas between several`;
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(z.string().regex(entry, { error }).refine(isValid, { error })));
}

export function whole(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, { error })
    .transform(Number)
    .pipe(z.number().min(min, { error }).max(max, { error }));
}

export function seconds() {
  const error = `must be a number of seconds above 0, up to ${DAY_S}; fractions are allowed`;
  return z
    .string()
    .regex(/^(\d+(\.\d*)?|\.\d+)$/, { error })
    .transform(Number)
    .pipe(z.number().positive({ error }).max(DAY_S, { error }))
    .optional();
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: `must be one of: ${values.join(', ')}` });
}
