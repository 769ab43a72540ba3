import type { PublishResult } from '../../../ports/publisher.ts';
import type { Deadline } from './deadline.ts';
import type { Dialect } from './dialect.ts';
import type { Answer, ProxyClient } from './proxy-client.ts';
import { reasonOf, tellsOfTopic } from './statuses.ts';

/**
 * Base path of a dialect's URLs, with a cluster id in it. A configured id is final. A discovered one is
 * cached, and discovered again once it is gone.
 */
export class BasePath {
  readonly #dialect: Dialect;
  readonly #client: ProxyClient;
  readonly #isAsked: boolean;
  #path: string | undefined;

  constructor(dialect: Dialect, client: ProxyClient, clusterId: string | undefined) {
    this.#dialect = dialect;
    this.#client = client;
    this.#isAsked = dialect.basePath !== undefined && clusterId === undefined;
    if (!dialect.basePath) this.#path = '';
    else if (clusterId !== undefined) this.#path = dialect.basePath.of(clusterId);
  }

  /**
   * The base path, or the failure to discover it. Concurrent callers each ask: requests on an edge share no
   * promises.
   */
  async get({ signal, resultOf }: Deadline): Promise<string | PublishResult> {
    const { basePath } = this.#dialect;
    if (this.#path !== undefined || !basePath) return this.#path ?? '';
    const answer = await this.#client.call(basePath.ask, signal);
    if (signal.aborted) return resultOf(false);
    if (answer.kind === 'none')
      return { kind: 'failed', blame: 'kafka', reason: answer.reason, maybeWritten: false };
    const id = basePath.find(answer.text);
    if (id !== undefined) return (this.#path = basePath.of(id));
    const reason = reasonOf(answer.status, answer.text);
    return { kind: 'failed', blame: 'kafka', reason, maybeWritten: false };
  }

  /** Cache invalidation: a 404 that is not about a topic means that the cluster may be another one now. */
  heard(path: string, answer: Answer): void {
    if (!this.#isAsked || this.#path !== path || answer.kind !== 'reply' || answer.status !== 404) return;
    if (!tellsOfTopic(answer.status, answer.text)) this.#path = undefined;
  }
}
