import { openDatabase } from '../../../src/drivers/sqlite.ts';
import { SqliteStore } from '../../../src/drivers/store/sqlite/store.ts';
import type { Durability } from '../../../src/ports/durability.ts';
import type { Probe } from '../../../src/ports/probe.ts';
import type { Settlement } from '../../../src/ports/fallback-list.ts';
import type { StoreReply } from '../../../src/ports/store-reply.ts';
import type { Store } from '../../../src/ports/store.ts';
import { FakeClock } from './fake-clock.ts';
import { StoreContents } from './store-contents.ts';

type NotDone = Exclude<StoreReply<never>, { kind: 'done' }>;
type Verb = (...args: never[]) => Promise<StoreReply<unknown>>;

const VERBS = {
  list: [
    'park',
    'parkedKeys',
    'resolveDoubts',
    'doubts',
    'claim',
    'renew',
    'settle',
    'reap',
    'backlog',
    'deadLetters',
    'requeue',
    'discard',
  ],
  gate: ['admit', 'release'],
  receipts: ['save', 'read'],
  sharedState: ['read', 'post', 'prolong', 'remove'],
} as const satisfies { [Port in PortName]: readonly (keyof Store[Port])[] };
type PortName = 'list' | 'gate' | 'receipts' | 'sharedState';

/** The arguments of a verb, as its port declares them. */
type ArgumentsOf<Port extends PortName, Name extends keyof Store[Port]> = Parameters<
  Extract<Store[Port][Name], (...args: never[]) => unknown>
>;

/**
 * Fault injection around the embedded store, whose database is in memory: what a test sees of a store is what the
 * driver does that the contracts are run on. A test makes it fail or hang, replaces a verb (`store.list.park = …`),
 * and asks what it was called with.
 */
export class FaultyStore implements Store {
  /** The reply of every verb for as long as it is set; nothing is done then. */
  fault: NotDone | undefined;
  /** Calls that come while it is set go on once it resolves. */
  wait: Promise<void> | undefined;
  /** What the store says of its durability. */
  durable: Durability = { status: 'durable', warnings: [] };
  readonly contents: StoreContents;
  readonly list: Store['list'];
  readonly gate: Store['gate'];
  readonly receipts: Store['receipts'];
  readonly sharedState: Store['sharedState'];
  /** The verdicts of each batch that was settled. */
  readonly settled: (readonly Settlement[])[] = [];
  readonly #store: SqliteStore;
  readonly #calls: { readonly verb: string; readonly args: readonly unknown[] }[] = [];
  #running = 0;

  constructor(clock = new FakeClock()) {
    // A path that is this name alone is no file, but SQLite's word for a database in memory.
    const database = openDatabase('.', ':memory:');
    this.#store = new SqliteStore(database, clock);
    this.contents = new StoreContents(database);
    this.list = this.#wrap('list');
    this.gate = this.#wrap('gate');
    this.receipts = this.#wrap('receipts');
    this.sharedState = this.#wrap('sharedState');
    const settle = this.list.settle.bind(this.list);
    this.list.settle = async (batch, verdicts) => {
      const reply = await settle(batch, verdicts);
      if (reply.kind === 'done' && reply.value) this.settled.push(verdicts);
      return reply;
    };
    this.keepsWaiting(clock);
  }

  /** The clock does not go on while a verb is at work. The store's own clock never does. */
  keepsWaiting(clock: FakeClock): void {
    clock.waitWhile(() => this.#running > 0);
  }

  /** What a verb was called with, call by call. */
  callsTo<Port extends PortName, Name extends keyof Store[Port] & string>(
    port: Port,
    name: Name,
  ): ArgumentsOf<Port, Name>[] {
    const calls = this.#calls.filter(({ verb }) => verb === `${port}.${name}`);
    return calls.map(({ args }) => args as ArgumentsOf<Port, Name>);
  }

  durability(): Promise<StoreReply<Durability>> {
    return Promise.resolve(this.fault ?? { kind: 'done', value: this.durable });
  }

  probe(): Promise<Probe> {
    return this.fault ? Promise.resolve({ kind: 'down', reason: 'down' }) : this.#store.probe();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #wrap<Port extends PortName>(port: Port): Store[Port] {
    const verbs = VERBS[port].map((name) => {
      const verb = Reflect.get(this.#store[port], name) as Verb;
      return [name, (...args: never[]) => this.#call(`${port}.${name}`, args, verb.bind(this.#store[port]))];
    });
    return Object.fromEntries(verbs) as Store[Port];
  }

  #call(name: string, args: never[], verb: Verb): Promise<StoreReply<unknown>> {
    this.#calls.push({ verb: name, args });
    const run = () => (this.fault ? Promise.resolve(this.fault) : this.#run(() => verb(...args)));
    return this.wait ? this.wait.then(run) : run();
  }

  async #run<T>(call: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await call();
    } finally {
      this.#running--;
    }
  }
}
