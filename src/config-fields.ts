import * as z from 'zod';

export const DAY_S = 86_400;

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
  return z.coerce.number({ error }).positive({ error }).max(DAY_S, { error }).optional();
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: `must be one of: ${values.join(', ')}` });
}
