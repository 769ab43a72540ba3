import type * as z from 'zod';
import { shorten } from '../common/shorten.ts';

export interface FieldError {
  /** Path of the field, as in `headers.trace`; empty for the message as a whole. */
  readonly path: string;
  readonly message: string;
}

/** Limit of the errors in an answer. */
const MAX_ERRORS = 20;

/** The first errors of a message, and the number of the rest: a message may have thousands. */
export function firstErrors(errors: readonly FieldError[]): readonly FieldError[] {
  const more = errors.length - MAX_ERRORS;
  if (more <= 0) return errors;
  return [...errors.slice(0, MAX_ERRORS), { path: '', message: `Has ${more} more invalid fields` }];
}

/** Errors for a client, in words that do not depend on the validating library. They repeat nothing that it sent but names. */
export function toErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: shorten([...issue.path, key].join('.')),
      message: 'Is not a field of a message',
    }));
  return [{ path: shorten(issue.path.join('.')), message: wordsOf(issue) }];
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a whole number',
  int: 'a whole number',
  record: 'an object',
  object: 'a JSON object',
};

function wordsOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `Must be ${TYPES[issue.expected] ?? 'of another type'}`;
    case 'too_small':
      return issue.origin === 'string' ? 'Must not be empty' : `Must be ${issue.minimum} or more`;
    case 'too_big':
      return issue.origin === 'string'
        ? `Must have at most ${issue.maximum} characters`
        : `Must be ${issue.maximum} or less`;
    case 'invalid_key':
      return 'Must have a name that is not empty, and valid Unicode';
    // The words of our own rules.
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_union':
    case 'invalid_value':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return issue.message;
  }
}
