import type { Circuit, CircuitMode } from '../breakers/circuit.ts';
import type { Board } from '../ports/board.ts';
import type { ServiceName } from '../ports/service-name.ts';

/** What an operator has decided about a circuit: who, why and when. `auto` gives it back to itself. */
export interface Order {
  readonly mode: CircuitMode;
  readonly by: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Undefined where the circuit decides by itself. */
export type Orders = Readonly<Record<ServiceName, Order | undefined>>;

export interface OperatorModesDeps {
  readonly circuits: Readonly<Record<ServiceName, Pick<Circuit, 'force'>>>;
  readonly board: Board;
  /** Hears of every change, also of one that another process was told of. */
  onOrder: (name: ServiceName, order: Order) => void;
}

/** Long enough to be there after any restart: an order ends when an operator ends it. */
const TTL_MS = 365 * 86_400_000;

const NAMES: readonly ServiceName[] = ['kafka', 'redis'];

/** Before any order. */
const NOTHING_ORDERED: Order = { mode: 'auto', by: '', reason: '', at: 0 };

/**
 * The operators' orders: what is told to one process holds in all that share the store, and after
 * a restart. Where the store is away an order holds here at once, and elsewhere when it is back,
 * unless a later one was given elsewhere meanwhile.
 */
export class OperatorModes {
  /** The names of its texts on the board; `learn` wants them in this order. */
  readonly names = NAMES.map((name) => `forced:${name}`);
  readonly #deps: OperatorModesDeps;
  readonly #latest = { kafka: NOTHING_ORDERED, redis: NOTHING_ORDERED };
  /** Orders that are not on the board yet. */
  readonly #untold = new Set<ServiceName>();
  #version = 0;

  constructor(deps: OperatorModesDeps) {
    this.#deps = deps;
  }

  /** Those that hold a circuit now. */
  get orders(): Orders {
    const { kafka, redis } = this.#latest;
    return { kafka: heldBy(kafka), redis: heldBy(redis) };
  }

  /** Another one after every order that is given here: what was read from the board before is out of date. */
  get version(): number {
    return this.#version;
  }

  /** Obeys at once. Answers whether the others will hear of it now, or only when the store is back. */
  async give(name: ServiceName, order: Order): Promise<'shared' | 'here-only'> {
    this.#version++;
    this.#obey(name, order);
    this.#untold.add(name);
    await this.#tell(name);
    return this.#untold.has(name) ? 'here-only' : 'shared';
  }

  /** Hears what stands on the board. What is not an order, whoever wrote it, is none. */
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

  #obey(name: ServiceName, order: Order): void {
    const before = this.#latest[name];
    this.#latest[name] = order;
    if (order.mode === before.mode && order.at === before.at) return;
    this.#deps.circuits[name].force(order.mode);
    // That nothing was ever ordered is no news.
    if (order.mode !== 'auto' || before.mode !== 'auto') this.#deps.onOrder(name, order);
  }

  async #tell(name: ServiceName): Promise<void> {
    const order = this.#latest[name];
    const reply = await this.#deps.board.post(`forced:${name}`, toText(order), TTL_MS);
    this.#version++;
    // Meanwhile another order may have been given.
    if (reply.kind === 'done' && order === this.#latest[name]) this.#untold.delete(name);
  }
}

function heldBy(order: Order): Order | undefined {
  return order.mode === 'auto' ? undefined : order;
}

function toText({ mode, by, reason, at }: Order): string {
  return JSON.stringify([mode, by, reason, at]);
}

const MODES: readonly unknown[] = ['auto', 'forced-open', 'forced-closed'] satisfies CircuitMode[];
/** The last moment that a date can name. */
const LATEST_MS = 8.64e15;

function fromText(text: string | undefined): Order | undefined {
  if (text === undefined) return undefined;
  try {
    const [mode, by, reason, at] = JSON.parse(text) as [unknown, unknown, unknown, unknown];
    const isOrder = MODES.includes(mode) && typeof at === 'number' && at >= 0 && at <= LATEST_MS;
    return isOrder ? { mode: mode as CircuitMode, by: String(by), reason: String(reason), at } : undefined;
  } catch {
    return undefined;
  }
}
