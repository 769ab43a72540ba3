/** The answer of a dependency to "would it work now?" */
export type Probe = { readonly kind: 'up' } | { readonly kind: 'down'; readonly reason: string };
