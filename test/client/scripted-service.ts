import { type ClientOptions, createClient, type Outcome } from '../../src/client/client.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  /** Ids of the messages of a batch. */
  readonly ids: readonly string[];
  /** When it came, in milliseconds since the start. */
  readonly at: number;
}

export type Script = (seen: SeenRequest, index: number) => Response | Promise<Response>;

/** A client before a service that answers by a script, on a clock of the test's own. */
export function scriptedService(script: Script, options: Partial<ClientOptions> = {}) {
  const clock = new FakeClock();
  const seen: SeenRequest[] = [];
  const fetch = async (request: Request) => {
    const { method, url, headers } = request;
    const body = await request.text();
    const lines = body.split('\n').filter(Boolean);
    const ids = lines.map((line) => (JSON.parse(line) as { id: string }).id);
    const call = { method, url, headers, body, ids, at: clock.now() };
    seen.push(call);
    return script(call, seen.length - 1);
  };
  const client = createClient({
    url: 'http://spillway.example',
    clock,
    random: () => 0.5,
    fetch,
    ...options,
  });
  /** Lets time pass until the work is done. */
  const done = async <T>(work: Promise<T>): Promise<T> => {
    const state = { isDone: false };
    const settled = work.finally(() => (state.isDone = true));
    while (!state.isDone) await clock.advance(1);
    return settled;
  };
  return { client, clock, seen, done };
}

/** Item of a message that was published. */
export const published = (id: string) => ({
  id,
  status: 'published',
  topic: 'messages',
  partition: 0,
  offset: '7',
});

/** Item of a message that was not accepted. */
export const refused = (id: string, status: number, code = 'some') => ({
  id,
  status: status === 503 ? 'unavailable' : 'rejected',
  error: problem(status, code),
});

export const problem = (status: number, code = 'some') => ({
  type: `urn:spillway:problem:${code}`,
  title: 'A problem',
  status,
  detail: 'Says why',
});

/** Answer of the service to a batch. */
export const answer = (status: number, items: readonly object[], headers: Record<string, string> = {}) =>
  Response.json({ items }, { status, headers });

/** Accepts all that it is sent. */
export const accept = ({ ids }: SeenRequest) => answer(202, ids.map(published));

/** What the client makes of `published`. */
export const publishedOutcome = (id: string): Outcome => {
  const { status: _, ...rest } = published(id);
  return { kind: 'published', ...rest };
};

/** Answers all that it is asked with a problem. */
export const status =
  (code: number, headers: Record<string, string> = {}): Script =>
  () =>
    Response.json(problem(code), { status: code, headers });

/** Loses the connection. */
export const lost: Script = () => Promise.reject(new TypeError('fetch failed'));

/** Never answers. */
export const silent: Script = () => new Promise<never>(() => {});

/** Fails by each script in turn, and accepts what comes after. */
export const after =
  (...failures: Script[]): Script =>
  (call, index) =>
    (failures[index] ?? accept)(call, index);
