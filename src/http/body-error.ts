import type { ProblemCode } from './problems.ts';

/** Error of a body's stream that ends before the body does. Servers of others have errors of their own. */
export class BodyError extends Error {
  readonly code: Extract<ProblemCode, 'cut-off' | 'malformed' | 'too-slow'>;

  constructor(code: BodyError['code'], detail: string) {
    super(detail);
    this.code = code;
  }
}
