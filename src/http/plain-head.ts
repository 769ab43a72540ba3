/** Head of a request, as a server of our own has read it. */
export interface PlainHead {
  readonly method: string;
  /** Absolute URL. */
  readonly url: string;
  /** In order, with their names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** Value of a field as `Headers` has it: the values of a repeated one are joined. */
export function valueOf(fields: PlainHead['fields'], name: string): string | undefined {
  let joined: string | undefined;
  for (const [each, value] of fields)
    if (each === name) joined = joined === undefined ? value : `${joined}, ${value}`;
  return joined;
}
