import { Environment } from './environment.ts';

/** Settings whose values may have line breaks or quotes at their ends: certificates, and a shell command. */
const ANYTHING = /^KAFKA_SSL_(CA|CERT|KEY)$|_COMMAND$/;

/**
 * Warnings for values with something at their ends that nobody means: a line break of `echo` in a secret, or
 * quotes, which files for `--env-file` keep.
 */
export function valueWarnings(set: Readonly<Record<string, string>>): string[] {
  return Object.entries(set).flatMap(([name, value]) => {
    if (!(name in Environment.shape) || ANYTHING.test(name)) return [];
    const odd = oddityOf(value);
    return odd ? [`${name} ${odd}, which is part of its value: remove it`] : [];
  });
}

function oddityOf(value: string): string | undefined {
  if (value !== value.trim()) return 'begins or ends with white space';
  return /^(["']).*\1$/s.test(value) ? 'is in quotes' : undefined;
}
