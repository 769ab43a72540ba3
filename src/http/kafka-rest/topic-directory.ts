import type { Clock } from '../../ports/clock.ts';
import { within } from '../../ports/clock.ts';
import type { Publisher, TopicCheck } from '../../ports/publisher.ts';

export interface TopicDirectoryDeps {
  readonly topics: ReadonlySet<string>;
  readonly publisher: Pick<Publisher, 'checkTopic'>;
  /** Whether Kafka is known to be away. */
  isAway: () => boolean;
  readonly clock: Clock;
}

/** A topic as clients of the Kafka REST family see it. Undefined partitions: their number is not known. */
export type TopicView =
  | { readonly kind: 'topic'; readonly partitions: number | undefined }
  | { readonly kind: 'missing' | 'away' };

/** How long an answer of Kafka holds, in milliseconds: a topic that is made elsewhere is seen after it. */
const FRESH_MS = 5000;
/** How long a client waits for Kafka's answer, in milliseconds. */
const PATIENCE_MS = 1000;

/** Topics that clients may use, and what Kafka says of them. */
export class TopicDirectory {
  readonly #deps: TopicDirectoryDeps;
  readonly #known = new Map<string, { readonly view: Promise<TopicView>; readonly at: number }>();

  constructor(deps: TopicDirectoryDeps) {
    this.#deps = deps;
  }

  /** Answers within a second. Never rejects. */
  find(topic: string): Promise<TopicView> {
    const { topics, isAway, clock } = this.#deps;
    if (!topics.has(topic)) return Promise.resolve({ kind: 'missing' });
    if (isAway()) return Promise.resolve(AWAY);
    const known = this.#known.get(topic);
    if (known && clock.now() - known.at < FRESH_MS) return known.view;
    const view = this.#ask(topic);
    this.#known.set(topic, { view, at: clock.now() });
    return view;
  }

  /** The topics that are there, in alphabetical order; undefined while Kafka is away. */
  async list(): Promise<string[] | undefined> {
    const names = [...this.#deps.topics].toSorted((one, other) => (one < other ? -1 : 1));
    const views = await Promise.all(names.map((name) => this.find(name)));
    if (views.some(({ kind }) => kind === 'away')) return undefined;
    return names.filter((_, index) => views[index]?.kind === 'topic');
  }

  async #ask(topic: string): Promise<TopicView> {
    const { publisher, clock } = this.#deps;
    if (!publisher.checkTopic) return { kind: 'topic', partitions: undefined };
    const view = await within(clock, PATIENCE_MS, publisher.checkTopic(topic), () => SILENT).then(
      toView,
      () => AWAY,
    );
    // The next client asks again.
    if (view.kind === 'away') this.#known.delete(topic);
    return view;
  }
}

const AWAY: TopicView = { kind: 'away' };
const SILENT: TopicCheck = { kind: 'failed', blame: 'kafka', reason: 'No answer in time' };

function toView(answer: TopicCheck): TopicView {
  switch (answer.kind) {
    case 'ready':
      return { kind: 'topic', partitions: answer.partitions };
    case 'out-of-reach':
      return { kind: 'away' };
    case 'failed':
      return { kind: answer.blame === 'topic' ? 'missing' : 'away' };
  }
}
