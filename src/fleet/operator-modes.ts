import type { Circuit, CircuitMode } from '../breakers/circuit.ts';
import type { SharedState } from '../ports/shared-state.ts';
import type { ServiceName } from '../ports/service-name.ts';

/** Operator's override of a circuit: who, why and when. `auto` ends it. */
export interface CircuitOverride {
  readonly mode: CircuitMode;
  readonly by: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Undefined for a circuit without an override. */
export type CircuitOverrides = Readonly<Record<ServiceName, CircuitOverride | undefined>>;

export interface OperatorModesDeps {
  readonly circuits: Readonly<Record<ServiceName, Pick<Circuit, 'force'>>>;
  readonly sharedState: SharedState;
  /** Called for every change, also one from another process. */
  onOrder: (name: ServiceName, order: CircuitOverride) => void;
}

/** Time to live of an override: outlasts any restart, as only an operator ends it. */
const TTL_MS = 365 * 86_400_000;

const NAMES: readonly ServiceName[] = ['kafka', 'redis'];

/** The initial state, without an override. */
const NOTHING_ORDERED: CircuitOverride = { mode: 'auto', by: '', reason: '', at: 0 };

/**
 * Replicated register of the operators' overrides, last writer wins: an override holds in every process that
 * shares the store, and after a restart. While the store is unavailable it holds here at once, and elsewhere
 * after the store's return, unless a later one was given there.
 */
export class OperatorModes {
  /** Names of the texts in the shared state, in the order that `learn` expects. */
  readonly names = NAMES.map((name) => `forced:${name}`);
  readonly #deps: OperatorModesDeps;
  readonly #latest = { kafka: NOTHING_ORDERED, redis: NOTHING_ORDERED };
  /** Overrides that are not in the shared state yet. */
  readonly #untold = new Set<ServiceName>();
  #version = 0;

  constructor(deps: OperatorModesDeps) {
    this.#deps = deps;
  }

  /** The overrides in force. */
  get orders(): CircuitOverrides {
    const { kafka, redis } = this.#latest;
    return { kafka: heldBy(kafka), redis: heldBy(redis) };
  }

  /** Version of the local overrides: a read of the shared state that began under another version is stale. */
  get version(): number {
    return this.#version;
  }

  /**
   * Applies an override at once. Answers whether other processes learn of it now, or only after the store's
   * return.
   */
  async give(name: ServiceName, order: CircuitOverride): Promise<'shared' | 'here-only'> {
    this.#version++;
    this.#obey(name, order);
    this.#untold.add(name);
    await this.#tell(name);
    return this.#untold.has(name) ? 'here-only' : 'shared';
  }

  /** Merges the texts of the shared state. A text that is no override counts as none. */
  async learn(texts: readonly (string | undefined)[]): Promise<void> {
    for (const [index, name] of NAMES.entries()) {
      const order = fromText(texts[index]) ?? NOTHING_ORDERED;
      if (this.#untold.has(name) && order.at <= this.#latest[name].at) await this.#tell(name);
      else {
        this.#untold.delete(name);
        this.#obey(name, order);
      }
    }
  }

  #obey(name: ServiceName, order: CircuitOverride): void {
    const before = this.#latest[name];
    this.#latest[name] = order;
    if (order.mode === before.mode && order.at === before.at) return;
    this.#deps.circuits[name].force(order.mode);
    // `auto` after `auto` is no change.
    if (order.mode !== 'auto' || before.mode !== 'auto') this.#deps.onOrder(name, order);
  }

  async #tell(name: ServiceName): Promise<void> {
    const order = this.#latest[name];
    const reply = await this.#deps.sharedState.post(`forced:${name}`, toText(order), TTL_MS);
    this.#version++;
    // Another override may have been given meanwhile.
    if (reply.kind === 'done' && order === this.#latest[name]) this.#untold.delete(name);
  }
}

function heldBy(order: CircuitOverride): CircuitOverride | undefined {
  return order.mode === 'auto' ? undefined : order;
}

function toText({ mode, by, reason, at }: CircuitOverride): string {
  return JSON.stringify([mode, by, reason, at]);
}

const MODES: readonly unknown[] = ['auto', 'forced-open', 'forced-closed'] satisfies CircuitMode[];
/** The last instant that a `Date` can hold, in milliseconds since the epoch. */
const LATEST_MS = 8.64e15;

function fromText(text: string | undefined): CircuitOverride | undefined {
  if (text === undefined) return undefined;
  try {
    const [mode, by, reason, at] = JSON.parse(text) as [unknown, unknown, unknown, unknown];
    const isOrder = MODES.includes(mode) && typeof at === 'number' && at >= 0 && at <= LATEST_MS;
    return isOrder ? { mode: mode as CircuitMode, by: String(by), reason: String(reason), at } : undefined;
  } catch {
    return undefined;
  }
}
