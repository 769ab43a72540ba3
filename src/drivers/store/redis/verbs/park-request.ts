/** Parking request of one caller: entries, and their order keys at the same indices. */
export interface ParkRequest {
  readonly entries: readonly string[];
  readonly orderKeys: readonly (string | undefined)[];
}

/** Concatenates requests, in order. */
export function joinRequests(requests: readonly ParkRequest[]): ParkRequest {
  return {
    entries: requests.flatMap(({ entries }) => entries),
    orderKeys: requests.flatMap(({ entries, orderKeys }) => entries.map((_, index) => orderKeys[index])),
  };
}
