/** What a store makes of what it has acknowledged. */
export interface Durability {
  /** `at-risk`: see the warnings. `unknown`: it does not tell, and nothing that it told is a risk. */
  readonly status: 'durable' | 'at-risk' | 'unknown';
  /** Each names a setting, what it may cost, and what it should be. */
  readonly warnings: readonly string[];
  /** How many copies follow this one, where that is known. */
  readonly replicas?: number;
  /** Memory in use and its limit, in bytes, where the store has a limit and tells it. */
  readonly memory?: { readonly usedBytes: number; readonly maxBytes: number };
}
