import type { Intent } from './form.ts';
import { fateOf, type Meant } from './model.ts';

/** What a client has to be told of an item. `isReplayed`: nothing is written, as its record is there already. */
export type Expected =
  | { readonly kind: 'published' | 'queued'; readonly isReplayed: boolean }
  | { readonly kind: 'refused'; readonly status: number };

type Accepted = 'published' | 'queued';
type Fate = ReturnType<typeof fateOf>;

/** The contract in short: it knows the ids that were accepted, and says what has to become of a request. */
export class Oracle {
  readonly #accepted = new Map<string, { readonly content: string; readonly kind: Accepted }>();

  /** Outcomes of the items of a request. */
  outcomesOf(intents: readonly Intent[]): Expected[] {
    const held = new Set<string>();
    const admitted = intents.map((intent) => this.#admit(intent, held));
    const isListAway = admitted.includes('lost');
    return intents.map((intent, index) => {
      const answer = admitted[index] ?? 'lost';
      const expected = typeof answer === 'string' ? endOf(answer, isListAway) : answer;
      if ('refusal' in intent || expected.kind === 'refused' || intent.id === undefined) return expected;
      this.#accepted.set(intent.id, { content: contentOf(intent), kind: expected.kind });
      return expected;
    });
  }

  /** An outcome, where that is known already; else what becomes of the message behind the gate. */
  #admit(intent: Intent, held: Set<string>): Expected | Fate {
    if ('refusal' in intent) return { kind: 'refused', status: intent.refusal };
    const { id } = intent;
    const earlier = id === undefined ? undefined : this.#accepted.get(id);
    if (earlier)
      return earlier.content === contentOf(intent)
        ? { kind: earlier.kind, isReplayed: true }
        : { kind: 'refused', status: 422 };
    if (id !== undefined && held.has(id)) return { kind: 'refused', status: 409 };
    if (id !== undefined) held.add(id);
    return fateOf(intent);
  }
}

function endOf(fate: Fate, isListAway: boolean): Expected {
  switch (fate) {
    case 'published':
      return { kind: 'published', isReplayed: false };
    case 'too-large':
      return { kind: 'refused', status: 413 };
    case 'unfit':
      return { kind: 'refused', status: 422 };
    case 'down':
    case 'lost':
      // The list takes all of a request's or none.
      return isListAway ? { kind: 'refused', status: 503 } : { kind: 'queued', isReplayed: false };
  }
}

/** What a repeat has to say again. */
function contentOf({ topic, key, headers, value, encoding, partition, timestamp }: Meant): string {
  const sorted = Object.entries(headers).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const bytes = value?.toString('base64') ?? null;
  return JSON.stringify([topic, key, sorted, bytes, encoding, partition ?? null, timestamp ?? null]);
}

/** Status of a request in whose items are these. A mistake of one item alone keeps its own. */
export function statusOf(
  outcomes: readonly Expected[],
  { takes, accepted }: { readonly takes: 'one' | 'many'; readonly accepted: { all: number; some: number } },
): number {
  const refused = outcomes.flatMap((each) => (each.kind === 'refused' ? [each.status] : []));
  if (refused.length === 0) return accepted.all;
  if (refused.length < outcomes.length) return accepted.some;
  const [first = 0] = refused;
  if (takes === 'one') return first;
  if (refused.includes(503)) return 503;
  return refused.every((status) => status === first) && first !== 400 ? first : 422;
}
