import type { Log } from '../ports/log.ts';
import type { Answer } from './answer.ts';
import type { Authenticate } from './auth/authenticate.ts';
import { codingOf } from './content-coding.ts';
import { internalError } from './internal-error.ts';
import { type PlainHead, valueOf } from './plain-head.ts';
import type { PostMessage } from './post-message.ts';
import type { Phase } from './phase.ts';
import { problemAnswer } from './problems.ts';
import { SECURE_HEADERS } from './secure-headers.ts';

/** Answers a request whose body has arrived, or undefined where it has to go through the app. */
export type Direct = (
  head: PlainHead,
  body: Uint8Array,
  clientAddress: string | undefined,
) => Promise<Answer> | undefined;

export interface DirectDeps {
  readonly postMessage: PostMessage;
  readonly authenticate: Authenticate;
  /** Whether pages of other origins may send. */
  readonly allowsOrigins: boolean;
  readonly phase: () => Phase;
  readonly log: Log;
}

const PATH = /^https?:\/\/[^/]*\/v1\/messages$/;

/**
 * `POST /v1/messages` without a router, a `Request` and a `Response`, which together cost more than the rest of
 * a message. The answer is that of the app, to the letter.
 */
export function createDirect({ postMessage, authenticate, allowsOrigins, phase, log }: DirectDeps): Direct {
  return ({ method, url, fields }, body, clientAddress) => {
    if (method !== 'POST' || phase() !== 'serving' || !PATH.test(url)) return undefined;
    const header = (name: string) => valueOf(fields, name);
    // The app decides whether it is fit to be used, and decompresses.
    if (header('x-request-id') !== undefined || codingOf(header('content-encoding')).kind !== 'none')
      return undefined;
    if (allowsOrigins && header('origin') !== undefined) return undefined;
    const requestId = crypto.randomUUID();
    const found = authenticate(header, clientAddress);
    if (found.kind === 'sender')
      return answer(requestId, postMessage({ requestId, body, header, sender: found.sender }));
    const { code, detail, headers } = found;
    return answer(requestId, Promise.resolve(problemAnswer(code, detail, { requestId, headers })));
  };

  async function answer(requestId: string, posted: Promise<Answer>): Promise<Answer> {
    const { status, headers, body } = await posted.catch((error: unknown) =>
      internalError(log, error, { method: 'POST', path: '/v1/messages', requestId }),
    );
    const closes = phase() === 'serving' ? {} : { Connection: 'close' };
    return { status, body, headers: { ...headers, ...SECURE_HEADERS, 'X-Request-Id': requestId, ...closes } };
  }
}
