const NO_HEADERS =
  'KAFKA_REST_DIALECT has no headers: records carry no spillway-id to recognise duplicates by, no trace and no time of their own, and messages with headers are rejected';

/** What a publisher over HTTP can't keep of the promises, for the operators to know from the start. */
export function shortfallsOf({ carriesHeaders }: { readonly carriesHeaders: boolean }): string[] {
  return carriesHeaders ? [] : [NO_HEADERS];
}
