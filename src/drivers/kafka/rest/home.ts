import type { PublishResult } from '../../../ports/publisher.ts';
import type { Deadline } from './deadline.ts';
import type { Dialect } from './dialect.ts';
import type { Answer, RestLine } from './line.ts';
import { reasonOf, tellsOfTopic } from './statuses.ts';

/** Below what all paths of a dialect stand: asked for once, and again once it is gone, if it is neither set nor nothing. */
export class Home {
  readonly #dialect: Dialect;
  readonly #line: RestLine;
  readonly #isAsked: boolean;
  #path: string | undefined;

  constructor(dialect: Dialect, line: RestLine, clusterId: string | undefined) {
    this.#dialect = dialect;
    this.#line = line;
    this.#isAsked = dialect.home !== undefined && clusterId === undefined;
    if (!dialect.home) this.#path = '';
    else if (clusterId !== undefined) this.#path = dialect.home.of(clusterId);
  }

  /** Or why it is not known. Until it is, each caller asks for itself: edges share no promises. */
  async get({ signal, resultOf }: Deadline): Promise<string | PublishResult> {
    const { home } = this.#dialect;
    if (this.#path !== undefined || !home) return this.#path ?? '';
    const answer = await this.#line.call(home.ask, signal);
    if (signal.aborted) return resultOf(false);
    if (answer.kind === 'none')
      return { kind: 'failed', blame: 'kafka', reason: answer.reason, maybeWritten: false };
    const id = home.find(answer.text);
    if (id !== undefined) return (this.#path = home.of(id));
    const reason = reasonOf(answer.status, answer.text);
    return { kind: 'failed', blame: 'kafka', reason, maybeWritten: false };
  }

  /** Hears the answer to a request below `path`: where nothing is there, the cluster may be another one. */
  heard(path: string, answer: Answer): void {
    if (!this.#isAsked || this.#path !== path || answer.kind !== 'reply' || answer.status !== 404) return;
    if (!tellsOfTopic(answer.status, answer.text)) this.#path = undefined;
  }
}
