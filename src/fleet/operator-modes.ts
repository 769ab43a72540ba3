import type { Circuit } from '../breakers/circuit.ts';
import type { Board } from '../ports/board.ts';
import type { ServiceName } from '../ports/service-name.ts';

/** What an operator has decided about a circuit: who, why and when. */
export interface Forced {
  readonly mode: 'forced-open' | 'forced-closed';
  readonly by: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Undefined: the circuit decides by itself. */
export type Order = Forced | undefined;

export interface OperatorModesDeps {
  readonly circuits: Readonly<Record<ServiceName, Pick<Circuit, 'force'>>>;
  readonly board: Board;
  /** Hears of every change, also of one that another process was told of. */
  onOrder: (name: ServiceName, order: Order) => void;
}

/** Long enough to be there after any restart: an order ends when an operator ends it. */
const TTL_MS = 365 * 86_400_000;

const NAMES: readonly ServiceName[] = ['kafka', 'redis'];

/**
 * The operators' orders: what is told to one process holds in all that share the store, and after
 * a restart. Where the store is away an order holds here at once, and elsewhere when it is back.
 */
export class OperatorModes {
  /** The names of its texts on the board; `learn` wants them in this order. */
  readonly names = NAMES.map((name) => `forced:${name}`);
  readonly #deps: OperatorModesDeps;
  readonly #orders: Record<ServiceName, Order> = { kafka: undefined, redis: undefined };
  /** Orders that are not on the board yet. */
  readonly #untold = new Set<ServiceName>();
  #version = 0;

  constructor(deps: OperatorModesDeps) {
    this.#deps = deps;
  }

  get orders(): Readonly<Record<ServiceName, Order>> {
    return this.#orders;
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

  /** Hears what stands on the board. An order of this process that is not there yet comes first. */
  async learn(texts: readonly (string | undefined)[]): Promise<void> {
    for (const [index, name] of NAMES.entries()) {
      if (this.#untold.has(name)) await this.#tell(name);
      else if (texts[index] !== toText(this.#orders[name])) this.#obey(name, fromText(texts[index]));
    }
  }

  #obey(name: ServiceName, order: Order): void {
    if (toText(order) === toText(this.#orders[name])) return;
    this.#orders[name] = order;
    this.#deps.circuits[name].force(order?.mode ?? 'auto');
    this.#deps.onOrder(name, order);
  }

  async #tell(name: ServiceName): Promise<void> {
    const text = toText(this.#orders[name]);
    const { board } = this.#deps;
    const reply = await (text === undefined
      ? board.remove(`forced:${name}`)
      : board.post(`forced:${name}`, text, TTL_MS));
    this.#version++;
    // Meanwhile another order may have been given.
    if (reply.kind === 'done' && text === toText(this.#orders[name])) this.#untold.delete(name);
  }
}

function toText(order: Order): string | undefined {
  return order && JSON.stringify([order.mode, order.by, order.reason, order.at]);
}

/** What is not an order, whoever wrote it, is none. */
function fromText(text: string | undefined): Order {
  if (text === undefined) return undefined;
  try {
    const [mode, by, reason, at] = JSON.parse(text) as [unknown, unknown, unknown, unknown];
    if (mode !== 'forced-open' && mode !== 'forced-closed') return undefined;
    return { mode, by: String(by), reason: String(reason), at: Number(at) };
  } catch {
    return undefined;
  }
}
