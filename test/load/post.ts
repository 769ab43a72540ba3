/** What a user got for one message. */
export interface Answer {
  readonly id: string;
  /** The HTTP status, or why there was none. */
  readonly status: number | string;
  readonly fallback: boolean;
  readonly ms: number;
}

/** Later than that, an answer is of no use to a user. */
const PATIENCE_MS = 10_000;

/** Posts one message. Never throws. */
export async function post(host: URL, id: string): Promise<Answer> {
  const began = performance.now();
  const answer = (status: number | string, fallback = false): Answer => ({
    id,
    status,
    fallback,
    ms: performance.now() - began,
  });
  try {
    const response = await fetch(new URL('/v1/messages', host), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ id, key: id, value: { id } }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.arrayBuffer();
    return answer(response.status, response.headers.get('X-Fallback-Mode') === 'true');
  } catch (error) {
    return answer(reasonOf(error));
  }
}

/** One word, to be counted by. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
