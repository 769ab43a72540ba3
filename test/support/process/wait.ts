type Falsy = false | null | undefined | 0 | '';

/** Asks until the answer is true, or anything like it, and answers that. Errors count as "not yet". */
export async function until<T>(
  what: string,
  check: () => T | Promise<T>,
  { timeoutMs = 30_000, everyMs = 50 } = {},
): Promise<Exclude<T, Falsy>> {
  const end = performance.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      const answer = await check();
      if (answer) return answer as Exclude<T, Falsy>;
    } catch (error) {
      cause = error;
    }
    await Bun.sleep(everyMs);
  } while (performance.now() < end);
  throw new Error(`Waited ${timeoutMs} ms in vain: ${what}`, { cause });
}
