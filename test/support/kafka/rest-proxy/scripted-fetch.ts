import type { Fetch } from '../../../../src/drivers/kafka/rest/proxy-client.ts';

export interface SeenCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly redirect: string | undefined;
}

export type Script = (call: SeenCall, index: number) => Response | Promise<Response>;

/** A `fetch` that answers by a script, and ends when its signal says so, as real ones do. */
export class ScriptedFetch {
  readonly seen: SeenCall[] = [];
  script: Script;

  constructor(script: Script = () => new Response('{}')) {
    this.script = script;
  }

  readonly fetch: Fetch = async (url, init) => {
    const call: SeenCall = {
      method: init.method ?? 'GET',
      url,
      headers: init.headers as Record<string, string>,
      body: typeof init.body === 'string' ? init.body : '',
      redirect: init.redirect,
    };
    this.seen.push(call);
    const { promise, reject } = Promise.withResolvers<never>();
    init.signal?.addEventListener('abort', () => reject(new DOMException('Aborted', 'AbortError')));
    return Promise.race([this.script(call, this.seen.length - 1), promise]);
  };
}

/** Never. */
export const nothing = (): Promise<Response> => new Promise(() => {});

/** What a runtime's `fetch` throws. */
export const thrown = (code: string, message = 'fetch failed at http://secret.example'): Promise<never> =>
  Promise.reject(Object.assign(new TypeError(message), { code }));
