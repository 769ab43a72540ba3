/** The order key of an entry of the contracts is what stands before its first digit. */
export const keyOf = (entry: string) => entry.replace(/\d.*/, '') || undefined;
