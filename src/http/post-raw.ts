import type { Answer } from './answer.ts';
import { rawMessage } from './ingress/raw.ts';
import { acceptJson } from './post-message.ts';
import { type AcceptDeps, FIX, type Posted } from './accept-items.ts';
import { problemAnswer } from './problems.ts';

/** A body that is the value of a message of `topic`, byte for byte. */
interface PostedRaw extends Posted {
  readonly topic: string;
  readonly query: URLSearchParams;
}

export type PostRaw = (posted: PostedRaw) => Promise<Answer>;

/** Accepts a body as the value of a message, and answers what became of it. */
export function createPostRaw(deps: AcceptDeps): PostRaw {
  return async (posted) => {
    const { requestId, header } = posted;
    const raw = rawMessage({ ...posted, contentType: header('content-type') });
    if (raw.kind === 'json') return acceptJson(raw.json, posted, deps);
    return problemAnswer('invalid-message', FIX, { requestId, errors: raw.errors });
  };
}
