import type { Log } from '../ports/log.ts';
import type { Answer } from './answer.ts';
import { codingOf } from './content-coding.ts';
import { internalError } from './internal-error.ts';
import type { PostMessage } from './post-message.ts';
import type { Phase } from './phase.ts';

/** Head of a request, as a server of our own has read it. */
interface PlainHead {
  readonly method: string;
  /** Absolute URL. */
  readonly url: string;
  /** In order, with their names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** Answers a request whose body has arrived, or undefined where it has to go through the app. */
export type Direct = (
  head: PlainHead,
  body: Uint8Array,
  clientAddress: string | undefined,
) => Promise<Answer> | undefined;

export interface DirectDeps {
  readonly postMessage: PostMessage;
  readonly phase: () => Phase;
  readonly log: Log;
}

const PATH = /^https?:\/\/[^/]*\/v1\/messages$/;

/**
 * `POST /v1/messages` without a router, a `Request` and a `Response`, which together cost more than the rest of
 * a message. The answer is that of the app, to the letter.
 */
export function createDirect({ postMessage, phase, log }: DirectDeps): Direct {
  return ({ method, url, fields }, body, clientAddress) => {
    if (method !== 'POST' || phase() !== 'serving' || !PATH.test(url)) return undefined;
    const header = (name: string) => valueOf(fields, name);
    // The app decides whether it is fit to be used, and decompresses.
    if (header('x-request-id') !== undefined || codingOf(header('content-encoding')).kind !== 'none')
      return undefined;
    const requestId = crypto.randomUUID();
    return answer(requestId, postMessage({ requestId, body, header, clientAddress }));
  };

  async function answer(requestId: string, posted: Promise<Answer>): Promise<Answer> {
    const { status, headers, body } = await posted.catch((error: unknown) =>
      internalError(log, error, { method: 'POST', path: '/v1/messages', requestId }),
    );
    const closes = phase() === 'serving' ? {} : { Connection: 'close' };
    return { status, body, headers: { ...headers, 'X-Request-Id': requestId, ...closes } };
  }
}

/** As `Headers` has it: the values of a repeated field are joined. */
function valueOf(fields: PlainHead['fields'], name: string): string | undefined {
  let joined: string | undefined;
  for (const [each, value] of fields)
    if (each === name) joined = joined === undefined ? value : `${joined}, ${value}`;
  return joined;
}
